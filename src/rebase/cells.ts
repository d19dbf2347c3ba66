/** Which cell of one version of a notebook is which of another. */
import { Effort, heaviestIncreasing } from './texts/common';
import type { Pair } from './texts/common';
import { changedRanges } from './texts/ranges';
import { isBlank, size, tokens, weighLine } from './texts/words';

interface Identified {
  readonly id: string;
  readonly type: string;
  readonly source: string;
}

/** For each cell of the base, and each that is new in mine: the id of that cell in theirs. */
export type Matches = ReadonlyMap<string, string>;

type Cells = readonly Identified[];

/** Where the file keeps the ids of cells, they tell. */
export function matchById(base: Cells, mine: Cells, theirs: Cells): Matches {
  const theirIds = new Set(theirs.map(({ id }) => id));
  const kept = [...base, ...mine].filter(({ id }) => theirIds.has(id));
  return new Map(kept.map(({ id }) => [id, id]));
}

/** Cells of which so much is the same are versions of each other; new ones, added by both. */
const ALIKE = 0.5;
const VERY_ALIKE = 0.75;

/** How many pairs of cells are compared in full between two that belong together. */
const MANY = 2_500;

const STEPS = 1_000_000;

/**
 * Formats before nbformat 4.5 have no ids, so that cells get new ones with each new history.
 * There, cells of equal content are the same, first those in the same order; and then those
 * between them that are most alike. As `match_cells` of the server does it.
 */
export function matchByContent(base: Cells, mine: Cells, theirs: Cells): Matches {
  const baseIds = new Set(base.map(({ id }) => id));
  const added = mine.filter(({ id }) => !baseIds.has(id));
  const known = match(base, theirs, ALIKE);
  const taken = new Set(known.values());
  const rest = theirs.filter(({ id }) => !taken.has(id));
  return new Map([...known, ...match(added, rest, VERY_ALIKE)]);
}

function match(old: Cells, young: Cells, likeness: number): Matches {
  const pairs = matchEqual(old, young);
  const places = [...pairs].sort(([, one], [, other]) => one - other);
  const order = heaviestIncreasing(
    places.map(([at]) => at),
    places.map(() => 1)
  );
  const taken = new Set(pairs.values());
  let [at, youngAt] = [0, 0];
  const fences = order.map(index => places[index] ?? ([0, 0] as const));
  for (const [fence, youngFence] of [...fences, [old.length, young.length] as const]) {
    const gap = range(at, fence).filter(index => !pairs.has(index));
    const youngGap = range(youngAt, youngFence).filter(index => !taken.has(index));
    matchAlike(old, young, gap, youngGap, likeness).forEach(([one, other]) => {
      pairs.set(one, other);
    });
    [at, youngAt] = [fence + 1, youngFence + 1];
  }
  return new Map([...pairs].map(([one, other]) => [old[one]?.id ?? '', young[other]?.id ?? '']));
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

/** First what has kept its order, then what has moved; nobody knows where an empty one went. */
function matchEqual(old: Cells, young: Cells): Map<number, number> {
  const [keys, youngKeys] = [old.map(keyOf), young.map(keyOf)];
  const weights = new Map([...old, ...young].map(cell => [keyOf(cell), weighLine(cell.source)]));
  const weigh = (key: string): number => weights.get(key) ?? 0;
  const pairs = new Map<number, number>();
  let [at, youngAt] = [0, 0];
  const end = { start: keys.length, end: 0, from: youngKeys.length, to: 0 };
  for (const part of [...changedRanges(keys, youngKeys, new Effort(STEPS), weigh), end]) {
    range(at, part.start).forEach((place, index) => pairs.set(place, youngAt + index));
    [at, youngAt] = [part.end, part.to];
  }
  const taken = new Set(pairs.values());
  youngKeys.forEach((key, place) => {
    const moved = keys.findIndex((other, index) => other === key && !pairs.has(index));
    if (!taken.has(place) && moved >= 0 && (young[place]?.source ?? '').trim() !== '') {
      pairs.set(moved, place);
    }
  });
  return pairs;
}

function keyOf({ type, source }: Identified): string {
  return `${type}:${source}`;
}

/** Pairs in order, with the greatest likeness in sum. */
function matchAlike(
  old: Cells,
  young: Cells,
  gap: number[],
  youngGap: number[],
  enough: number
): Pair[] {
  while (gap.length * youngGap.length > MANY) {
    gap = gap.slice(0, (gap.length >> 1) + 1);
    youngGap = youngGap.slice(0, (youngGap.length >> 1) + 1);
  }
  const bags = gap.map(index => bagOf(old[index]?.source ?? ''));
  const youngBags = youngGap.map(index => bagOf(young[index]?.source ?? ''));
  const best = gap.map(() => youngGap.map(() => ({ sum: 0, taken: false })));
  const sumAt = (i: number, j: number): number => best[i]?.[j]?.sum ?? 0;
  for (let i = gap.length - 1; i >= 0; i--) {
    for (let j = youngGap.length - 1; j >= 0; j--) {
      const isSameType = old[gap[i] ?? 0]?.type === young[youngGap[j] ?? 0]?.type;
      const take = isSameType ? likeness(bags[i] ?? NO_BAG, youngBags[j] ?? NO_BAG) : 0;
      const skip = Math.max(sumAt(i + 1, j), sumAt(i, j + 1));
      const sum = take + sumAt(i + 1, j + 1);
      const taken = take >= enough && sum >= skip;
      best[i]?.splice(j, 1, { sum: taken ? sum : skip, taken });
    }
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < gap.length && j < youngGap.length;) {
    if (best[i]?.[j]?.taken === true) {
      pairs.push([gap[i++] ?? 0, youngGap[j++] ?? 0]);
    } else if (sumAt(i + 1, j) >= sumAt(i, j + 1)) {
      i++;
    } else {
      j++;
    }
  }
  return pairs;
}

/** How often each token occurs that is no white space. */
type Bag = ReadonlyMap<string, number>;

const NO_BAG: Bag = new Map();

function bagOf(source: string): Bag {
  const bag = new Map<string, number>();
  tokens(source)
    .filter(token => !isBlank(token))
    .forEach(token => bag.set(token, (bag.get(token) ?? 0) + 1));
  return bag;
}

/** How much of two texts is the same: 0 nothing, 1 all. */
function likeness(one: Bag, other: Bag): number {
  const weigh = (bag: Bag): number =>
    [...bag].reduce((sum, [token, count]) => sum + size(token) * count, 0);
  const total = weigh(one) + weigh(other);
  const common = new Map([...one].map(([token, n]) => [token, Math.min(n, other.get(token) ?? 0)]));
  return total === 0 ? 1 : (2 * weigh(common)) / total;
}

/**
 * The cells of mine that were moved since the base: all that are not in the longest sequence
 * which is in the same order in both. So one cell that changes places with many is one move.
 */
export function movedCells(base: readonly Identified[], mine: readonly Identified[]): Set<string> {
  const places = new Map(base.map(({ id }, place) => [id, place]));
  const kept = mine.filter(({ id }) => places.has(id)).map(({ id }) => id);
  const numbers = kept.map(id => places.get(id) ?? 0);
  const still = new Set(
    heaviestIncreasing(
      numbers,
      numbers.map(() => 1)
    )
  );
  return new Set(kept.filter((_, index) => !still.has(index)));
}
