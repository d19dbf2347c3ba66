/** A small generator of our own, from 0 to 1: the same numbers for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The same as whole numbers from 0 on. */
export function wholeDice(seed: number): (below: number) => number {
  const random = dice(seed);
  return below => Math.floor(random() * below);
}
