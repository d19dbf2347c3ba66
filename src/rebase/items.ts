/** Cells, and what is in them, by the items that Yjs has of them. */
import * as Y from 'yjs';

export function textsById(cells: Iterable<unknown>): Map<unknown, Y.Text> {
  const texts = new Map<unknown, Y.Text>();
  for (const cell of cells) {
    const source = sourceOf(cell);
    if (cell instanceof Y.Map && source instanceof Y.Text) {
      texts.set(cell.get('id'), source);
    }
  }
  return texts;
}

export function cellsById(cells: Iterable<unknown>): Map<unknown, Y.Map<unknown>> {
  const maps = [...cells].filter(cell => cell instanceof Y.Map);
  return new Map(maps.map(cell => [cell.get('id'), cell]));
}

export function sourceOf(cell: unknown): unknown {
  return cell instanceof Y.Map ? cell.get('source') : undefined;
}

export function typeOf({ content }: Y.Item): unknown {
  return content instanceof Y.ContentType ? content.type : null;
}

/** Tells of an item whether it was there before this transaction has deleted it. */
export function wasThere({ deleteSet }: Y.Transaction): (part: Y.Item) => boolean {
  return part => !part.deleted || Y.isDeleted(deleteSet, part.id);
}

/** A member of a map that may be deleted, as the map itself shows none then. */
export function lastValue(map: Y.Map<unknown>, key: string): Y.Item | undefined {
  return map._map.get(key);
}
