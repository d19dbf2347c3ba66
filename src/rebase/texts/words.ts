/**
 * The pieces of a text that are never taken apart: words, signs, line ends, white space.
 *
 * All in this folder is as in `jupyter_collab/room/`: a browser merges as the server does, which
 * `tests/vectors/merge.json` holds both to.
 */

/** What belongs to the character before it; see `words.py`. */
const MARKS =
  '\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06ed' +
  '\\u0900-\\u109f\\u1780-\\u17ff\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u200c\\u200d\\u20d0-\\u20ff' +
  '\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e01ef}';

/** Characters that are words of their own. */
const SINGLE = '\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7a3\\uf900-\\ufaff\\u{20000}-\\u{3ffff}';

const LETTERS = '\\p{L}\\p{N}_';
/** What is white space for Python. */
const SPACES = '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SIGN = `[^${LETTERS}${SPACES}]`;
const JOINING = `(?![${SINGLE}])[${LETTERS}]|[${MARKS}]`;

const TOKEN = new RegExp(
  `\\n|(?:(?!\\n)[${SPACES}])+|[${SINGLE}][${MARKS}]*|(?:${JOINING})+` +
    `|[\\u{1f1e6}-\\u{1f1ff}]{2}|${SIGN}(?:\\u200d${SIGN}|[${MARKS}])*`,
  'gu'
);
const JOINS_BEFORE = new RegExp(`(?:${JOINING})$`, 'u');
const JOINS_AFTER = new RegExp(`^(?:${JOINING})`, 'u');
const WORD = new RegExp(`[${LETTERS}${MARKS}]`, 'u');
const WORD_FIRST = new RegExp(`^[${LETTERS}${MARKS}]`, 'u');
const BLANK = new RegExp(`^[${SPACES}]+$`, 'u');
const ENDS = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, 'gu');
const PLAIN = new RegExp(`^[${SPACES}!-/:-@[-^\`{-~]*$`, 'u');

/** From this weight on, an element says where it belongs. */
export const STRONG = 1000;

const SHORT = 3;

/** `text` in pieces: words, single signs, single line ends, other white space. */
export function tokens(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** `text` in lines, each with its line end; only `\n` is one. */
export function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Whether two texts, put after each other, make one word of two. */
export function wouldJoin(before: string, after: string): boolean {
  return JOINS_BEFORE.test(before.slice(-2)) && JOINS_AFTER.test(after);
}

export function isWord(token: string): boolean {
  return WORD_FIRST.test(token);
}

/** Whether there is a word in `text`. */
export function says(text: string): boolean {
  return WORD.test(text);
}

export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

/** Without white space at its ends. */
export function strip(text: string): string {
  return text.replace(ENDS, '');
}

/** Whether `text` is white space and signs as languages use them between words. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** How many characters `text` has, those beyond the basic plane counted once. */
export function size(text: string): number {
  return Array.from(text).length;
}

/** How much it says that two texts share `token`: any word more than all between words. */
export function weighToken(token: string): number {
  if (isWord(token)) {
    return STRONG + 100 * Math.min(size(token), 20);
  }
  if (token === '\n') {
    return 3;
  }
  return isBlank(token) ? 1 : 20;
}

/** How much it says that two texts share `line`. */
export function weighLine(line: string): number {
  const letters = size(strip(line));
  return letters > SHORT ? STRONG + letters : letters;
}
