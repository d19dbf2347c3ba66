/** What two sequences have in common: the most that keeps its order, or a good part of it. */

/** How many differences are looked for at once: with effort to spare, and when it is scarce. */
const FAR = 300;
const NEAR = 20;

/** What it takes to begin a comparison. */
const STEP = 50;

/** `old[start, end)` became `young[from, to)`. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** Two places that belong together. */
export type Pair = readonly [number, number];

export type Weigh = (element: string) => number;

export function sizeOf({ start, end, from, to }: Range): number {
  return end - start + to - from;
}

/** How many steps may still be spent; a measure of time that is the same everywhere. */
export class Effort {
  constructor(private _left: number) {}

  /** Whether so little is left that nothing should be begun. */
  get isSpent(): boolean {
    return this._left < STEP;
  }

  /** How far to look in `size` elements, so that there is enough for all of them. */
  reach(size: number): number {
    return Math.max(NEAR, Math.min(FAR, Math.floor(this._left / Math.max(size, 1))));
  }

  /** Whether there is enough left for `steps`, which are gone then. */
  spend(steps: number): boolean {
    if (this._left < steps) {
      return false;
    }
    this._left -= steps;
    return true;
  }
}

/** The heaviest common subsequence; takes a time that grows with the product of the sizes. */
export function heaviestPairs(
  old: readonly string[],
  young: readonly string[],
  { start, end, from, to }: Range,
  weigh: Weigh
): Pair[] {
  const width = to - from;
  const row = (at: number) => (at - start) * (width + 1);
  const best = new Float64Array(row(end + 1));
  const look = (at: number, column: number) => best[row(at) + column] ?? 0;
  for (let at = end - 1; at >= start; at--) {
    const weight = weigh(old[at] ?? '');
    for (let column = width - 1; column >= 0; column--) {
      const taken = old[at] === young[from + column] ? look(at + 1, column + 1) + weight : 0;
      const left = Math.max(look(at + 1, column), look(at, column + 1));
      best[row(at) + column] = Math.max(taken, left);
    }
  }
  const pairs: Pair[] = [];
  for (let at = start, column = 0; at < end && column < width;) {
    const isEqual = old[at] === young[from + column];
    if (isEqual && look(at, column) === look(at + 1, column + 1) + weigh(old[at] ?? '')) {
      pairs.push([at++, from + column++]);
    } else if (look(at + 1, column) >= look(at, column + 1)) {
      at++;
    } else {
      column++;
    }
  }
  return pairs;
}

interface Chain {
  readonly weight: number;
  readonly last: number;
}

/** The indices of the heaviest increasing subsequence of `numbers`, which are all different. */
export function heaviestIncreasing(numbers: readonly number[], weights: readonly number[]) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const ranks = new Map(sorted.map((number, place) => [number, place + 1]));
  // A tree that knows the best chain among all numbers below a given one.
  const tree: Chain[] = Array.from({ length: numbers.length + 1 }, () => NO_CHAIN);
  const before: number[] = [];
  let best = NO_CHAIN;
  numbers.forEach((number, index) => {
    let found = NO_CHAIN;
    const rank = ranks.get(number) ?? 0;
    for (let at = rank - 1; at > 0; at &= at - 1) {
      found = heavier(found, tree[at] ?? NO_CHAIN);
    }
    before.push(found.last);
    const chain = { weight: found.weight + (weights[index] ?? 0), last: index };
    best = heavier(best, chain);
    for (let at = rank; at < tree.length; at += at & -at) {
      tree[at] = heavier(tree[at] ?? NO_CHAIN, chain);
    }
  });
  const indices: number[] = [];
  for (let last = best.last; last >= 0; last = before[last] ?? -1) {
    indices.push(last);
  }
  return indices.reverse();
}

const NO_CHAIN: Chain = { weight: 0, last: -1 };

function heavier(one: Chain, other: Chain): Chain {
  return other.weight > one.weight ? other : one;
}

/** A longest common subsequence; where there are many differences, piece by piece. */
export function commonPairs(
  old: readonly string[],
  young: readonly string[],
  part: Range,
  effort: Effort
): Pair[] {
  const pairs: Pair[] = [];
  let inner = part;
  while (inner.start < inner.end && inner.from < inner.to && !effort.isSpent) {
    const { at, to, trace } = compare(old, young, inner, effort.reach(sizeOf(inner)));
    if (!effort.spend(trace.length ** 2 + STEP)) {
      break;
    }
    pairs.push(...way(trace, inner, at, to));
    inner = { ...inner, start: at, from: to };
  }
  return pairs;
}

/** By diagonal, how far a comparison has come. */
type Reach = ReadonlyMap<number, number>;

/**
 * Go as far as possible with `far` differences: where that is, and how to get there.
 *
 * After Myers: "An O(ND) Difference Algorithm and Its Variations" (1986).
 */
function compare(old: readonly string[], young: readonly string[], part: Range, far: number) {
  const [size, width] = [part.end - part.start, part.to - part.from];
  const trace: Reach[] = [];
  let reach = new Map([[1, 0]]);
  for (let distance = 0; distance <= Math.min(size + width, far); distance++) {
    trace.push(reach);
    reach = new Map(reach);
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      let x = next(reach, diagonal, distance);
      while (
        x < size &&
        x - diagonal < width &&
        old[part.start + x] === young[part.from + x - diagonal]
      ) {
        x++;
      }
      reach.set(diagonal, x);
      if (x >= size && x - diagonal >= width) {
        return { at: part.end, to: part.to, trace };
      }
    }
  }
  const [x, y] = farthest(reach, trace.length - 1, size, width);
  return { at: part.start + x, to: part.from + y, trace };
}

function farthest(reach: Reach, distance: number, size: number, width: number): Pair {
  let best: Pair | null = null;
  for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
    const x = reach.get(diagonal) ?? 0;
    const y = x - diagonal;
    if (x <= size && y <= width && (best === null || x + y > best[0] + best[1])) {
      best = [x, y];
    }
  }
  return best ?? [0, 0];
}

/** How far the way on `diagonal` starts with the difference number `distance`. */
function next(reach: Reach, diagonal: number, distance: number): number {
  const above = reach.get(diagonal + 1) ?? 0;
  const below = reach.get(diagonal - 1) ?? 0;
  if (diagonal === -distance || (diagonal !== distance && below < above)) {
    return above;
  }
  return below + 1;
}

/** The pairs of equal elements on the way from the start of `part`. */
function way(trace: readonly Reach[], part: Range, at: number, to: number): Pair[] {
  const pairs: Pair[] = [];
  let [x, y] = [at - part.start, to - part.from];
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const reach = trace[distance] ?? new Map<number, number>();
    const diagonal = x - y;
    const begin = next(reach, diagonal, distance);
    while (x > begin) {
      pairs.push([part.start + --x, part.from + --y]);
    }
    if (begin === reach.get(diagonal + 1)) {
      y--;
    } else {
      x--;
    }
  }
  return pairs.reverse();
}
