import { isWord, tokens } from './words';

/** Longer words are not taken apart, and what is farther apart is not looked for. */
const LONG = 100;
const FAR = 1000;

/**
 * `base`, which is `mine` without what was written there, with those words apart that touch only
 * since what was written between them is gone: they are two words to all others.
 */
export function parted(base: string, mine: string): string {
  if (base === mine) {
    return base;
  }
  const pieces = tokens(mine);
  const places = new Map([...pieces.entries()].reverse().map(([at, token]) => [token, at]));
  const isGlued = (token: string) => token.length <= LONG && isWord(token) && !places.has(token);
  return tokens(base)
    .map(token => (isGlued(token) ? partWord(token, pieces, places) : token))
    .join('');
}

function partWord(
  word: string,
  pieces: readonly string[],
  places: ReadonlyMap<string, number>
): string {
  for (let at = 1; at < word.length; at++) {
    const [first, last] = [word.slice(0, at), word.slice(at)];
    const [from, to] = [places.get(first), places.get(last)];
    if (from !== undefined && to !== undefined && to - from <= FAR) {
      const between = pieces.slice(from + 1, to);
      if (between.some(isWord)) {
        return first + (between.includes('\n') ? '\n' : ' ') + last;
      }
    }
  }
  return word;
}
