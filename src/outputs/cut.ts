/** What is shown where text was left out, of so many lines and characters. */
export type CutNotice = (lines: number, characters: number) => string;

/** How a text becomes shorter: its first `keep` characters stay, and `add` follows them. */
export interface Shortened {
  readonly keep: number;
  readonly add: string;
}

/**
 * Keeps the beginning and the end of a text that grows, and says what is left out between them.
 *
 * After a cut a quarter of `limit` is free, so that text that never ends is cut now and then, and
 * not each time that something is added.
 */
export class CutText {
  constructor(private readonly _notice: CutNotice) {}

  /** What to do with a text that has become `text`; `null` if it may stay, as it fits. */
  shorten(text: string, limit: number): Shortened | null {
    if (text.length <= limit) {
      return null;
    }
    this._keep ??= lineStart(text, Math.floor(limit / 2));
    const from = this._keep + this._noticeLength;
    const to = Math.max(from, nextLineStart(text, text.length - Math.floor(limit / 4)));
    this._lines += countLines(text, from, to);
    this._characters += to - from;
    const isAtLineStart = this._keep === 0 || text[this._keep - 1] === '\n';
    const words = this._notice(this._lines, this._characters);
    const notice = `${isAtLineStart ? '' : '\n'}${words}\n`;
    this._noticeLength = notice.length;
    return { keep: this._keep, add: notice + text.slice(to) };
  }

  private _keep: number | null = null;
  private _noticeLength = 0;
  private _lines = 0;
  private _characters = 0;
}

/** Where the line begins that has the character at `index`; `index` where lines are too long. */
function lineStart(text: string, index: number): number {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  return start > index / 2 ? start : wholeCharacter(text, index);
}

/** Where the first line after `index` begins; `index` where lines are too long. */
function nextLineStart(text: string, index: number): number {
  const start = text.indexOf('\n', index) + 1;
  return start > 0 && start - index < (text.length - index) / 2
    ? start
    : wholeCharacter(text, index);
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code < 0xe000 ? index + 1 : index;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    lines += 1;
  }
  return lines;
}
