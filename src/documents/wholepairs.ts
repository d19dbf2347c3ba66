import { compareIDs, ContentString, createID, Text } from 'yjs';
import type { ID, Item } from 'yjs';

/** What stands for half of a surrogate pair, in the documents of others as well. */
const HALF = '\ufffd';

type Attributes = Parameters<Text['insert']>[2];

/** The first half of a pair, of which the second one was deleted. */
interface Left {
  readonly unit: string;
  /** Of the character that stands for it. */
  readonly id: ID;
}

const left = new WeakMap<Text, Left>();

/** As Yjs has them. */
const { insert: insertInto, delete: deleteFrom } = Text.prototype as {
  insert: (this: Text, ...args: Parameters<Text['insert']>) => void;
  delete: (this: Text, ...args: Parameters<Text['delete']>) => void;
};

/**
 * Let no edit of this page part the two halves of a surrogate pair, in whatever shared text it is.
 *
 * Yjs counts the halves of an emoji one by one and can have a pair parted, Yrs cannot: the server
 * would count otherwise than the pages from there on, and lose what is written later. What would
 * part a pair replaces it as a whole; texts are as long as those who edit them believe. Much that
 * compares texts parts pairs, such as JupyterLab where a program prints one clock face over another.
 */
export function keepPairsWhole(): void {
  Object.assign(Text.prototype, { insert, delete: remove });
}

function insert(this: Text, index: number, value: string, attributes?: Attributes): void {
  const put = (at: number, text: string) => insertInto.call(this, at, text, attributes);
  const replace = (from: number, count: number, text: string) =>
    this.doc?.transact(() => {
      deleteFrom.call(this, from, count);
      put(from, text);
    });
  const half = isLow(value.charCodeAt(0)) ? leftAt(this, place(this, index - 1)) : null;
  if (half !== null) {
    replace(index - 1, 1, wellFormed(half + value));
  } else if (parted(this, index) !== null) {
    replace(index - 1, 2, HALF + wellFormed(value) + HALF);
  } else {
    put(index, wellFormed(value));
  }
}

function remove(this: Text, index: number, length: number): void {
  const end = index + length;
  const first = length > 0 ? parted(this, index) : null;
  const last = length > 0 ? parted(this, end) : null;
  if (first === null && last === null) {
    deleteFrom.call(this, index, length);
    return;
  }
  const from = first === null ? index : index - 1;
  this.doc?.transact(() => {
    deleteFrom.call(this, from, (last === null ? end : end + 1) - from);
    insertInto.call(this, from, (first === null ? '' : HALF) + (last === null ? '' : HALF));
    const half = first === null ? null : place(this, from);
    if (first !== null && half !== null) {
      left.set(this, { unit: String.fromCharCode(first.unit), id: half.id });
    }
  });
}

/** A UTF-16 code unit of a text, and its id. */
interface Place {
  readonly unit: number;
  readonly id: ID;
}

/** What is at `index`; `null` where nothing is, or no text. */
function place(text: Text, index: number): Place | null {
  if (index < 0 || text.doc === null) {
    return null;
  }
  const near = nearest(text, index);
  let rest = index - (near?.index ?? 0);
  for (let item: Item | null = near?.p ?? text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) {
      continue;
    }
    if (rest < item.length) {
      const { content, id } = item;
      return content instanceof ContentString
        ? { unit: content.str.charCodeAt(rest), id: createID(id.client, id.clock + rest) }
        : null;
    }
    rest -= item.length;
  }
  return null;
}

/** Where Yjs has found its own way to lately: a text that is edited much has very many pieces. */
function nearest({ _searchMarker: markers }: Text, index: number) {
  return (markers ?? [])
    .filter(marker => marker.index <= index)
    .reduce<Marker | null>(
      (best, it) => (best !== null && best.index > it.index ? best : it),
      null
    );
}

type Marker = NonNullable<Text['_searchMarker']>[number];

/** The half for which a character stands; `null` where it is a character as others. */
function leftAt(text: Text, at: Place | null): string | null {
  const half = left.get(text);
  if (half === undefined || at?.unit !== HALF.charCodeAt(0)) {
    return null;
  }
  return compareIDs(half.id, at.id) ? half.unit : null;
}

/** The first half of the pair that is parted at `index`; `null` where none is. */
function parted(text: Text, index: number): Place | null {
  const before = place(text, index - 1);
  return before !== null && isHigh(before.unit) && isLow(place(text, index)?.unit ?? 0)
    ? before
    : null;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Text as it is sent: half a pair cannot be. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, HALF);
}
