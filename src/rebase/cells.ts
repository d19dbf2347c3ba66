/** Which cell of one version of a notebook is which of another. */

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

/**
 * Formats before nbformat 4.5 have no ids, so that cells get new ones with each new history.
 * There, cells of equal content in the same order are the same; and so is what stands alone
 * between two such pairs.
 */
export function matchByContent(base: Cells, mine: Cells, theirs: Cells): Matches {
  const baseIds = new Set(base.map(({ id }) => id));
  const added = mine.filter(({ id }) => !baseIds.has(id));
  const matches = new Map<string, string>();
  matchTwins(base, theirs, matches);
  matchGaps(base, theirs, matches);
  matchTwins(added, theirs, matches);
  return matches;
}

function matchTwins(wanted: Cells, theirs: Cells, matches: Map<string, string>): void {
  const taken = new Set(matches.values());
  let next = 0;
  for (const cell of wanted) {
    const found = theirs.findIndex(
      (other, place) => place >= next && !taken.has(other.id) && isTwin(cell, other)
    );
    const twin = theirs[found];
    if (twin !== undefined) {
      matches.set(cell.id, twin.id);
      next = found + 1;
    }
  }
}

/** Empty cells are all alike, so they say nothing about which is which. */
function isTwin(one: Identified, other: Identified): boolean {
  return one.source !== '' && one.source === other.source && one.type === other.type;
}

function matchGaps(base: Cells, theirs: Cells, matches: Map<string, string>): void {
  const taken = new Set(matches.values());
  base.forEach((cell, place) => {
    const before = placeOf(base[place - 1], -1);
    const after = placeOf(base[place + 1], theirs.length);
    const alone = theirs[before + 1];
    const fits = alone?.type === cell.type && !taken.has(alone.id) && after === before + 2;
    if (fits && !matches.has(cell.id)) {
      matches.set(cell.id, alone.id);
    }
  });

  /** Where a neighbour is in theirs; the ends of both lists correspond. */
  function placeOf(neighbour: Identified | undefined, end: number): number {
    if (neighbour === undefined) {
      return end;
    }
    const id = matches.get(neighbour.id);
    return id === undefined ? NaN : theirs.findIndex(other => other.id === id);
  }
}

/**
 * The cells of mine that were moved since the base: all that are not in the longest sequence
 * which is in the same order in both. So one cell that changes places with many is one move.
 */
export function movedCells(base: readonly Identified[], mine: readonly Identified[]): Set<string> {
  const places = new Map(base.map(({ id }, place) => [id, place]));
  const kept = mine.filter(({ id }) => places.has(id)).map(({ id }) => id);
  const still = longestRise(kept.map(id => places.get(id) ?? 0));
  return new Set(kept.filter((_, index) => !still.has(index)));
}

/** The indices of a longest rising subsequence (patience sorting). */
function longestRise(numbers: readonly number[]): Set<number> {
  const tops: number[] = [];
  const previous: (number | undefined)[] = [];
  numbers.forEach((number, index) => {
    const pile = firstIndex(tops, top => (numbers[top] ?? 0) >= number);
    previous[index] = tops[pile - 1];
    tops[pile] = index;
  });
  const rise = new Set<number>();
  for (let index = tops[tops.length - 1]; index !== undefined; index = previous[index]) {
    rise.add(index);
  }
  return rise;
}

/** By halving: `holds` is false for a while and then true. */
function firstIndex(items: readonly number[], holds: (item: number) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] ?? 0)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
