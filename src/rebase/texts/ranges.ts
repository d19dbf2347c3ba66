/**
 * Finds out how one sequence became another, in a time that is bounded.
 *
 * Of short ones, what is kept is as heavy as can be. In long ones, elements that occur once on
 * both sides are found first, since they surely belong together (the patience diff).
 */
import { commonPairs, heaviestIncreasing, heaviestPairs, sizeOf } from './common';
import type { Effort, Pair, Range, Weigh } from './common';
import { STRONG } from './words';

/** Where no more pairs than this can be made, the best ones are looked for among all. */
const SMALL = 20_000;

const LONG = 600;

type Sequence = readonly string[];

/**
 * What has changed, in order; two ranges are never next to each other. With `coarse`, only
 * elements that are `STRONG` tell where the others belong, and what is next to them.
 */
export function changedRanges(
  old: Sequence,
  young: Sequence,
  effort: Effort,
  weigh: Weigh,
  coarse = false
): Range[] {
  const ranges: Range[] = [];
  const waiting: Range[] = [{ start: 0, end: old.length, from: 0, to: young.length }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const part = trim(old, young, next);
    if (part.start === part.end || part.from === part.to) {
      append(ranges, part);
      continue;
    }
    const best = coarse ? null : bestPairs(old, young, part, effort, weigh);
    const unique = best === null ? uniquePairs(old, young, part, effort, weigh, coarse) : [];
    if (best === null && unique.length > 0) {
      waiting.push(...between(part, unique).reverse());
    } else {
      const pairs = best ?? (coarse ? [] : commonPairs(old, young, part, effort));
      between(part, pairs).forEach(inner => append(ranges, inner));
    }
  }
  return slide(old, young, ranges);
}

function bestPairs(
  old: Sequence,
  young: Sequence,
  part: Range,
  effort: Effort,
  weigh: Weigh
): Pair[] | null {
  const steps = (part.end - part.start) * (part.to - part.from);
  return steps > SMALL || !effort.spend(steps) ? null : heaviestPairs(old, young, part, weigh);
}

/**
 * The same with insertions and deletions as late as they can be: of "a a", either may have been
 * inserted, and two sides that say the same have to agree which.
 */
function slide(old: Sequence, young: Sequence, ranges: readonly Range[]): Range[] {
  const slid: Range[] = [];
  let limit = old.length;
  for (const range of [...ranges].reverse()) {
    let { start, end, from, to } = range;
    const isInsertion = start === end;
    while (
      end < limit &&
      ((isInsertion && old[end] === young[from]) || (from === to && old[end] === old[start]))
    ) {
      [start, end, from, to] = [start + 1, end + 1, from + 1, to + 1];
    }
    let part = { start, end, from, to };
    const last = slid[slid.length - 1];
    if (last?.start === end && last.from === to) {
      slid.pop();
      part = { start, end: last.end, from, to: last.to };
    }
    slid.push(part);
    limit = start;
  }
  return slid.reverse();
}

/** What lies between elements that belong together. */
function between({ start, end, from, to }: Range, pairs: readonly Pair[]): Range[] {
  const parts: Range[] = [];
  for (const [at, youngAt] of pairs) {
    if (at > start || youngAt > from) {
      parts.push({ start, end: at, from, to: youngAt });
    }
    [start, from] = [at + 1, youngAt + 1];
  }
  return [...parts, { start, end, from, to }];
}

function append(ranges: Range[], part: Range): void {
  if (sizeOf(part) === 0) {
    return;
  }
  const last = ranges[ranges.length - 1];
  if (last?.end === part.start && last.to === part.from) {
    ranges.pop();
    ranges.push({ ...part, start: last.start, from: last.from });
  } else {
    ranges.push(part);
  }
}

/** Without what is equal at both ends. */
function trim(old: Sequence, young: Sequence, { start, end, from, to }: Range): Range {
  while (start < end && from < to && old[start] === young[from]) {
    [start, from] = [start + 1, from + 1];
  }
  while (start < end && from < to && old[end - 1] === young[to - 1]) {
    [end, to] = [end - 1, to - 1];
  }
  return { start, end, from, to };
}

/**
 * Elements that occur once on both sides, the heaviest that keep their order. Where there are
 * none in a long part, the first elements of longer and longer runs that do.
 */
function uniquePairs(
  old: Sequence,
  young: Sequence,
  part: Range,
  effort: Effort,
  weigh: Weigh,
  coarse: boolean
): Pair[] {
  for (const length of [1, 4, 16, 64]) {
    const isTooShort = length > 1 && sizeOf(part) < LONG;
    if (isTooShort || !effort.spend((2 + (length >> 1)) * sizeOf(part))) {
      break;
    }
    const places = uniquePlaces(old, part.start, part.end, length);
    const others = uniquePlaces(young, part.from, part.to, length);
    const shared: Pair[] = [];
    for (const [run, at] of places) {
      const other = others.get(run);
      if (other !== undefined) {
        shared.push([at, other]);
      }
    }
    const strong = shared.filter(([at]) => weigh(old[at] ?? '') >= STRONG);
    if (strong.length > 0 || (shared.length > 0 && !coarse)) {
      return heaviest(old, strong.length > 0 ? strong : shared, weigh);
    }
  }
  return [];
}

function heaviest(old: Sequence, shared: readonly Pair[], weigh: Weigh): Pair[] {
  const weights = shared.map(([at]) => weigh(old[at] ?? ''));
  const order = new Set(
    heaviestIncreasing(
      shared.map(([, at]) => at),
      weights
    )
  );
  return shared.filter((_, index) => order.has(index));
}

function uniquePlaces(
  sequence: Sequence,
  start: number,
  end: number,
  length: number
): Map<string, number> {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  for (let at = start; at + length <= end; at++) {
    const run =
      length === 1 ? (sequence[at] ?? '') : JSON.stringify(sequence.slice(at, at + length));
    if (places.has(run)) {
      twice.add(run);
    } else {
      places.set(run, at);
    }
  }
  twice.forEach(run => places.delete(run));
  return places;
}
