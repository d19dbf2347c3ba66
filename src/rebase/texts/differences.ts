/**
 * Differences between two texts. Short texts are compared word by word, long ones line by line
 * first, and then the words of the lines that differ.
 */
import { Effort, sizeOf } from './common';
import type { Range } from './common';
import { changedRanges } from './ranges';
import { isBlank, lines, tokens, weighLine, weighToken } from './words';

/** Replace what is between two offsets (in UTF-16 units, as everywhere in Yjs) by `insert`. */
export interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

const STEPS = 3_000_000;
const MANY_LINES = 50;

/** Up to so many characters, the words are compared at once. */
const SHORT = 1000;

type Part = readonly [old: string, young: string, changed: boolean];

/** What leads from one text to another, from front to back; no two hunks touch. */
export function diffText(old: string, young: string, effort = new Effort(STEPS)): Hunk[] {
  if (old === young) {
    return [];
  }
  const [start, end] = differing(old, young);
  const hunks: Hunk[] = [];
  let at = start;
  const parts = lineParts(
    old.slice(start, old.length - end),
    young.slice(start, young.length - end),
    effort
  );
  for (const [before, after, changed] of parts) {
    if (changed) {
      hunks.push(...changesWithin(before, after, at, effort));
    }
    at += before.length;
  }
  return joined(hunks);
}

/** Do to a text what `hunks` say. */
export function applyHunks(text: string, hunks: readonly Hunk[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, insert } of hunks) {
    parts.push(text.slice(at, from), insert);
    at = to;
  }
  return [...parts, text.slice(at)].join('');
}

export function tokenRanges(old: string[], young: string[], effort: Effort): Range[] {
  return changedRanges(old, young, effort, weighToken);
}

/** How much is the same in whole lines, at the beginning and at the end. */
function differing(old: string, young: string): [number, number] {
  const shorter = Math.min(old.length, young.length);
  let head = 0;
  while (head < shorter && old[head] === young[head]) {
    head++;
  }
  head = head === 0 ? 0 : old.lastIndexOf('\n', head - 1) + 1;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === young[young.length - 1 - tail]) {
    tail++;
  }
  const lineEnd = tail > 0 ? old.indexOf('\n', old.length - tail) : -1;
  return [head, lineEnd < 0 ? 0 : old.length - lineEnd - 1];
}

function lineParts(old: string, young: string, effort: Effort): Part[] {
  if (old.length + young.length <= SHORT) {
    return [[old, young, true]];
  }
  const [before, after] = [lines(old), lines(young)];
  const parts: Part[] = [];
  let at = 0;
  for (const { start, end, from, to } of lineRanges(before, after, effort)) {
    const same = before.slice(at, start).join('');
    parts.push([same, same, false]);
    parts.push([before.slice(start, end).join(''), after.slice(from, to).join(''), true]);
    at = end;
  }
  return parts;
}

/** Which lines have changed; only where there are many are those compared that say little. */
export function lineRanges(old: string[], young: string[], effort: Effort): Range[] {
  return changedRanges(old, young, effort, weighLine, true).flatMap(part => {
    if (sizeOf(part) <= MANY_LINES) {
      return [part];
    }
    const { start, end, from, to } = part;
    const inner = changedRanges(old.slice(start, end), young.slice(from, to), effort, weighLine);
    return inner.map(range => ({
      start: start + range.start,
      end: start + range.end,
      from: from + range.from,
      to: from + range.to
    }));
  });
}

/** Many lines that became as many are compared one by one, as after indenting them. */
function changesWithin(old: string, young: string, at: number, effort: Effort): Hunk[] {
  const [before, after] = [lines(old), lines(young)];
  if (before.length !== after.length || before.length < MANY_LINES) {
    return tokenChanges(old, young, at, effort);
  }
  return before.flatMap((line, index) => {
    const hunks = tokenChanges(line, after[index] ?? '', at, effort);
    at += line.length;
    return hunks;
  });
}

function tokenChanges(old: string, young: string, at: number, effort: Effort): Hunk[] {
  if (old === '' || young === '') {
    return [{ from: at, to: at + old.length, insert: young }];
  }
  const [before, after] = [tokens(old), tokens(young)];
  const hunks: Hunk[] = [];
  let done = 0;
  for (const range of withoutGaps(tokenRanges(before, after, effort), before)) {
    const from = at + before.slice(done, range.start).join('').length;
    at = from + before.slice(range.start, range.end).join('').length;
    hunks.push({ from, to: at, insert: after.slice(range.from, range.to).join('') });
    done = range.end;
  }
  return hunks;
}

/** Words replaced one after the other are one change, with the spaces between them. */
function withoutGaps(ranges: readonly Range[], old: readonly string[]): Range[] {
  const merged: Range[] = [];
  for (const part of ranges) {
    const last = merged[merged.length - 1];
    const gap = last && part.start - last.end === 1 ? (old[last.end] ?? '') : '\n';
    if (last && replaces(last) && replaces(part) && gap !== '\n' && isBlank(gap)) {
      merged.pop();
      merged.push({ ...part, start: last.start, from: last.from });
    } else {
      merged.push(part);
    }
  }
  return merged;
}

function replaces({ start, end, from, to }: Range): boolean {
  return start < end && from < to;
}

/** Hunks that touch become one. */
function joined(hunks: readonly Hunk[]): Hunk[] {
  const result: Hunk[] = [];
  for (const hunk of hunks) {
    const last = result[result.length - 1];
    if (last?.to === hunk.from) {
      result.pop();
      result.push({ from: last.from, to: hunk.to, insert: last.insert + hunk.insert });
    } else {
      result.push(hunk);
    }
  }
  return result;
}
