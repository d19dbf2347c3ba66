import type * as Y from 'yjs';

import { mergeText, uniteText } from './texts';
import type { Hunk } from './texts';

/** A text as it was here, and as it was without the edits that are our own. */
export interface Text {
  readonly base: string;
  readonly mine: string;
  /** Whether the room may have brought any part of what is our own already. */
  readonly isUnsure?: boolean;
}

/** What of our own has to come along, and into which sources, in the order of their cells. */
export interface Carried extends Text {
  readonly into: readonly Y.Text[];
}

/** What JupyterLab writes between cells that it merges. */
export const BETWEEN = '\n\n';

/**
 * Writes what leads from `base` to `mine` into a text. What is only put into a word is all that is
 * written: others have the rest of it from who wrote it.
 */
export function carryInto(text: Y.Text, own: Text): void {
  const here = text.toString();
  for (const { from, to, insert } of hunksFor(own, here)) {
    const [head, tail] = around(here.slice(from, to), insert);
    text.delete(from + head, to - tail - from - head);
    text.insert(from + head, insert.slice(head, insert.length - tail));
  }
}

/**
 * What has to be done to a text so that it has what is our own, from back to front. Where words of it
 * are there, as the room has brought them, and others of it lie between, it is put together word by word.
 */
function hunksFor({ base, mine, isUnsure = false }: Text, here: string): Hunk[] {
  const hunks = mergeText(base, mine, here);
  const there = new Set(isUnsure ? wordsOf(here) : []);
  const isTwice = hunks.some(({ insert }) => wordsOf(insert).some(word => there.has(word)));
  return (isTwice ? uniteText(base, mine, here) : hunks).reverse();
}

export function wordsOf(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}

/** How much of `word` is before and behind what was put into it; nothing where it has not all of it. */
function around(word: string, longer: string): [number, number] {
  const [letters, others] = [[...word], [...longer]];
  const same = letters.findIndex((letter, at) => letter !== others[at]);
  const head = same < 0 ? word.length : letters.slice(0, same).join('').length;
  return longer.slice(head).endsWith(word.slice(head)) ? [head, word.length - head] : [0, 0];
}

/** Writes what leads from `base` to `mine` into texts that are one text together. */
export function carryIntoAll({ into, ...own }: Carried): void {
  const starts = into.map((_, index) => lengthOf(into.slice(0, index)));
  for (const { from, to, insert } of hunksFor(own, into.map(String).join(BETWEEN))) {
    const index = starts.filter(start => start <= from).length - 1;
    const text = into[index];
    if (text !== undefined) {
      const at = Math.min(from - (starts[index] ?? 0), text.length);
      text.delete(at, Math.min(to - from, text.length - at));
      text.insert(at, insert);
    }
  }
}

function lengthOf(texts: readonly Y.Text[]): number {
  return texts.reduce((sum, { length }) => sum + length + BETWEEN.length, 0);
}
