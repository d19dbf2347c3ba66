import diff from 'fast-diff';

/** Replace what is between two offsets (in UTF-16 units, as everywhere in Yjs) by `insert`. */
export interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Longer texts are compared by lines: comparing letters may take the square of the length. */
const LONG = 20_000;

/** More different lines than this do not fit into letters, see `diffLines`. */
const MANY_LINES = 50_000;

/** What leads from one text to another, from front to back. No character is cut in halves. */
export function diffText(before: string, after: string): Hunk[] {
  if (before === after) {
    return [];
  }
  return Math.max(before.length, after.length) > LONG
    ? diffLines(before, after)
    : hunksOf(diff(before, after), part => part.length);
}

/** Write each different line as one letter, so that a line is what is compared. */
function diffLines(before: string, after: string): Hunk[] {
  const letters = new Map<string, string>();
  const lines: string[] = [];
  const encode = (text: string) =>
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? [])
      .map(line => letters.get(line) ?? addLetter(letters, lines, line))
      .join('');
  const [old, young] = [encode(before), encode(after)];
  if (lines.length > MANY_LINES) {
    return [{ from: 0, to: before.length, insert: after }];
  }
  const decode = (part: string) =>
    Array.from(part, letter => lines[indexOf(letter)] ?? '').join('');
  const changes = diff(old, young).map(([kind, part]): diff.Diff => [kind, decode(part)]);
  return hunksOf(changes, part => part.length);
}

const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Letters beside the surrogates, which must not stand alone. */
function addLetter(letters: Map<string, string>, lines: string[], line: string): string {
  const code =
    lines.length < SURROGATES ? lines.length : lines.length + AFTER_SURROGATES - SURROGATES;
  const letter = String.fromCharCode(code);
  letters.set(line, letter);
  lines.push(line);
  return letter;
}

function indexOf(letter: string): number {
  const code = letter.charCodeAt(0);
  return code < SURROGATES ? code : code - AFTER_SURROGATES + SURROGATES;
}

function hunksOf(changes: readonly diff.Diff[], size: (part: string) => number): Hunk[] {
  const hunks: Hunk[] = [];
  let at = 0;
  let open: { from: number; insert: string } | null = null;
  for (const [kind, part] of changes) {
    if (kind === diff.EQUAL) {
      close();
      at += size(part);
      continue;
    }
    open ??= { from: at, insert: '' };
    if (kind === diff.INSERT) {
      open.insert += part;
    } else {
      at += size(part);
    }
  }
  close();
  return hunks;

  function close(): void {
    if (open !== null) {
      hunks.push({ ...open, to: at });
      open = null;
    }
  }
}

/**
 * What has to be done to `theirs` so that it has the changes from `base` to `mine` as well.
 *
 * What `theirs` has already is not done again, also where it has only the beginning of what was
 * typed. What others wrote into a part that was deleted here stays.
 */
export function mergeText(base: string, mine: string, theirs: string): Hunk[] {
  const others = diffText(base, theirs);
  const translate = translator(others);
  return diffText(base, mine).flatMap(hunk => (isTwin(hunk, others) ? [] : translate(hunk)));
}

/** Do to a text what `hunks` say. */
export function applyHunks(text: string, hunks: readonly Hunk[]): string {
  return hunks.reduceRight(
    (result, { from, to, insert }) => result.slice(0, from) + insert + result.slice(to),
    text
  );
}

function isTwin(hunk: Hunk, others: readonly Hunk[]): boolean {
  return others.some(
    ({ from, to, insert }) => from === hunk.from && to === hunk.to && insert === hunk.insert
  );
}

/** Rewrites hunks on the base as hunks on what `others` have made of it. */
function translator(others: readonly Hunk[]): (hunk: Hunk) => Hunk[] {
  return hunk => {
    const pieces = surviving(hunk, others).map(([from, to]) => {
      const start = move(from, others);
      return { from: start, to: start + to - from, insert: '' };
    });
    const insertion = insertionOf(hunk, others);
    return insertion === null ? pieces : join(insertion, pieces);
  };
}

/** Where an offset of the base is now: behind all that was inserted there. */
function move(offset: number, others: readonly Hunk[]): number {
  let shift = 0;
  for (const { from, to, insert } of others) {
    if (to <= offset) {
      shift += insert.length - (to - from);
    } else if (from < offset) {
      // In the middle of what is gone: behind what came in its place.
      shift += insert.length - (offset - from);
    }
  }
  return offset + shift;
}

/** The parts of what a hunk deletes that others have left, cut where others have inserted. */
function surviving({ from, to }: Hunk, others: readonly Hunk[]): [number, number][] {
  const parts: [number, number][] = [];
  let at = from;
  for (const other of others) {
    if (other.to < at || other.from > to) {
      continue;
    }
    add(at, Math.min(other.from, to));
    at = Math.max(at, other.to);
  }
  add(at, to);
  return parts;

  function add(start: number, end: number): void {
    if (start < end) {
      parts.push([start, end]);
    }
  }
}

/** What is still to be inserted, and where, once others may have inserted it themselves. */
function insertionOf(hunk: Hunk, others: readonly Hunk[]): Hunk | null {
  const { from, to, insert } = hunk;
  const rival = others.find(other => other.insert !== '' && other.from <= to && other.to >= from);
  if (insert === '' || rival?.insert.includes(insert) === true) {
    return null;
  }
  const start = rival === undefined ? 0 : move(rival.to, others) - rival.insert.length;
  if (rival !== undefined && insert.startsWith(rival.insert)) {
    return at(start + rival.insert.length, insert.slice(rival.insert.length));
  }
  if (rival !== undefined && insert.endsWith(rival.insert)) {
    return at(start, insert.slice(0, -rival.insert.length));
  }
  return at(move(from, others), insert);
}

function at(offset: number, insert: string): Hunk {
  return { from: offset, to: offset, insert };
}

/** In order, and as one where an insertion stands at the edge of a deletion. */
function join(insertion: Hunk, pieces: readonly Hunk[]): Hunk[] {
  const before = pieces.filter(piece => piece.to <= insertion.from);
  const after = pieces.filter(piece => piece.to > insertion.from);
  const next = after[0];
  return next !== undefined && next.from === insertion.from
    ? [...before, { ...next, insert: insertion.insert }, ...after.slice(1)]
    : [...before, insertion, ...after];
}
