import { diffText } from '../rebase/texts';

/** A cell, as far as one looks for a place in it. */
export interface Text {
  readonly id: string;
  readonly source: string;
}

/** Where somebody was in a cell that others have changed. */
export interface Caret extends Text {
  /** In UTF-16 code units. */
  readonly offset: number;
}

/** Where that is now. */
export interface Found<T extends Text> {
  readonly cell: T;
  /** How far each place of the old text has moved. */
  readonly shift: number;
}

/**
 * The cell that has taken the place of a cell which is gone: the one that was moved, or that has
 * another type; else the first that has all of its text, as when cells are merged.
 */
export function successorOf<T extends Text>(gone: Caret, added: readonly T[]): Found<T> | null {
  const again = added.find(({ id }) => id === gone.id);
  const isText = gone.source.trim() !== '';
  const cell = again ?? added.find(({ source }) => isText && linesIn(source, gone.source) >= 0);
  if (cell === undefined) {
    return null;
  }
  return { cell, shift: shiftOf(gone, cell.source) };
}

/** How far what is at a caret has moved; what is put in at the end of a text comes behind it. */
function shiftOf({ source, offset }: Caret, now: string): number {
  const lines = linesIn(now, source);
  if (lines >= 0) {
    return lines;
  }
  let shift = 0;
  for (const { from, to, insert } of diffText(source, now)) {
    if (to < offset || (to === offset && (from < to || to < source.length))) {
      shift += insert.length - (to - from);
    } else if (from < offset) {
      shift += Math.min(0, from + insert.length - offset);
    }
  }
  return shift;
}

/** Where `source` has `text` as lines of its own; a short one is a part of many words. */
function linesIn(source: string, text: string): number {
  return `\n${source}\n`.indexOf(`\n${text}\n`);
}

/** The cell that has got the part of the text in which somebody was, as when a cell is split. */
export function partOf<T extends Text>(
  before: Caret,
  left: string,
  added: readonly T[]
): Found<T> | null {
  const { source, offset } = before;
  const kept = source.lastIndexOf(left);
  if (left.length >= source.length || kept < 0 || isPart(source, kept, left, offset)) {
    return null; // nothing was taken away, or something else, or words here and there
  }
  for (const cell of added) {
    const start = cell.source.trim() === '' ? -1 : source.indexOf(cell.source);
    if (isPart(source, start, cell.source, offset)) {
      return { cell, shift: -start };
    }
  }
  return null;
}

function isPart(source: string, start: number, part: string, offset: number): boolean {
  return start >= 0 && source.startsWith(part, start) && isWithin(offset, start, part.length);
}

function isWithin(offset: number, start: number, length: number): boolean {
  return offset >= start && offset <= start + length;
}
