import type * as Y from 'yjs';

import { BETWEEN, wordsOf } from './carry';
import type { Carried, Text } from './carry';

/**
 * What has become of cells that are gone without another one of the same id in their place.
 *
 * Merging cells is deleting them and inserting a new one where they were, and undoing that the
 * reverse. A cell that is gone for good has no other with its text beside it. Of two that several
 * people have made of the same cells the server leaves one, which has all words of the other.
 */
export function mergedCells(
  cells: Y.Array<unknown>,
  went: ReadonlyMap<Y.Item, Text>,
  came: ReadonlyMap<Y.Item, Y.Text>
): Carried[] {
  const left = new Set(went.values());
  const carried = placesOf(cells, went, came).flatMap(({ gone, added }) => {
    const parts = added.map(text => ({ text, of: gone.filter(cell => mayBeIn(cell, [text])) }));
    const merged = parts.find(({ of }) => of.length > 1 && says(of));
    if (merged !== undefined) {
      merged.of.forEach(cell => left.delete(cell));
      return [{ ...joined(merged.of), into: [merged.text] }];
    }
    const whole = gone.find(cell => mayBeIn(cell, added));
    const isParted = added.length > 1 && whole !== undefined && says([whole]);
    if (isParted) {
      left.delete(whole);
    }
    return isParted ? [{ ...whole, into: added }] : [];
  });
  const texts = [...came.values()];
  const doubled = [...left].flatMap(cell => {
    const text = texts.find(other => says([cell]) && hasAll(other, cell));
    return text === undefined ? [] : [{ ...cell, into: [text] }];
  });
  return [...carried, ...doubled];
}

interface Place {
  readonly gone: Text[];
  readonly added: Y.Text[];
}

/** Where cells went and came with none between them that stayed. */
function placesOf(
  cells: Y.Array<unknown>,
  went: ReadonlyMap<Y.Item, Text>,
  came: ReadonlyMap<Y.Item, Y.Text>
): Place[] {
  let place: Place = { gone: [], added: [] };
  const places = [place];
  for (let item = cells._start; item !== null; item = item.right) {
    const [gone, added] = [went.get(item), came.get(item)];
    if (gone !== undefined) {
      place.gone.push(gone);
    } else if (added !== undefined) {
      place.added.push(added);
    } else if (!item.deleted) {
      place = { gone: [], added: [] };
      places.push(place);
    }
  }
  return places;
}

/** How much of a cell has to be there, as where the room finds that two cells have been one. */
const RELATED = 0.2;

/** The others may lack what somebody else has just written, and have any of what was written here. */
function mayBeIn({ base, mine }: Text, texts: readonly Y.Text[]): boolean {
  const [before, now] = [wordsOf(base), wordsOf(mine)];
  const there = new Set(wordsOf(texts.map(String).join(BETWEEN)));
  const left = new Set(now);
  const isMuchThere = (words: readonly string[]) =>
    words.filter(word => there.has(word)).length >= RELATED * words.length;
  return isMuchThere(before.filter(word => left.has(word))) || isMuchThere(now);
}

function hasAll(text: Y.Text, { base }: Text): boolean {
  const there = new Set(wordsOf(text.toString()));
  return wordsOf(base).every(word => there.has(word));
}

function says(texts: readonly Text[]): boolean {
  return texts.some(({ base }) => wordsOf(base).length > 0);
}

function joined(texts: readonly Text[]): Text {
  return {
    base: texts.map(({ base }) => base).join(BETWEEN),
    mine: texts.map(({ mine }) => mine).join(BETWEEN),
    isUnsure: texts.some(({ isUnsure }) => isUnsure)
  };
}
