import { isWord, tokens } from './words';

/** Longer words are not taken apart, and what is farther apart is not looked for. */
const LONG = 100;
const FAR = 1000;

/**
 * `base`, which is `mine` without what was written there, with those words apart that touch only
 * since what was written between them is gone: they are two words to all others. Where that was
 * white space only it may as well have split a word; `theirs` tells, which has one of the two or
 * the whole.
 */
export function parted(base: string, mine: string, theirs: string): string {
  if (base === mine) {
    return base;
  }
  const pieces = tokens(mine);
  const places = new Map([...pieces.entries()].reverse().map(([at, token]) => [token, at]));
  const known = new Set(tokens(theirs));
  const isGlued = (token: string) => token.length <= LONG && isWord(token) && !places.has(token);
  return tokens(base)
    .map(token => (isGlued(token) ? partWord(token, { pieces, places, known }) : token))
    .join('');
}

interface Texts {
  /** The tokens of one's own text, and where each is first. */
  readonly pieces: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** Those of the text into which it goes. */
  readonly known: ReadonlySet<string>;
}

function partWord(word: string, { pieces, places, known }: Texts): string {
  for (let at = 1; at < word.length; at++) {
    const [first, last] = [word.slice(0, at), word.slice(at)];
    const [from, to] = [places.get(first), places.get(last)];
    if (from !== undefined && to !== undefined && to - from <= FAR) {
      const between = pieces.slice(from + 1, to);
      const isTwo = !known.has(word) && (known.has(first) || known.has(last));
      if (between.some(isWord) || (between.length > 0 && isTwo)) {
        return first + (between.includes('\n') ? '\n' : ' ') + last;
      }
    }
  }
  return word;
}
