/** Edits by the ids that Yjs gives to what they insert and delete. */
import * as Y from 'yjs';

/** What is inserted or deleted: `length` elements of `client`, from `clock` on. */
export interface Span {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

/** The elements that an update has inserted, and those that it has deleted. */
export class Edits {
  constructor(
    readonly inserted: readonly Span[],
    readonly deleted: readonly Span[]
  ) {}

  static readonly NONE = new Edits([], []);

  /**
   * JupyterLab brings a Yjs that is older than the one that we are compiled with, and does not
   * export all of its classes; see `tests/test_yjs.py`.
   */
  static of(update: Uint8Array | null): Edits {
    if (update === null) {
      return Edits.NONE;
    }
    const { structs, ds } = Y.decodeUpdate(update);
    const inserted = structs
      .filter(struct => struct instanceof Y.Item || struct instanceof Y.GC)
      .map(({ id, length }) => ({ client: id.client, clock: id.clock, length }));
    const deleted = [...ds.clients].flatMap(([client, ranges]) =>
      ranges.map(({ clock, len }) => ({ client, clock, length: len }))
    );
    return new Edits(inserted, deleted);
  }

  /** Those that `doc` does not have, as it holds another history, or only a part of theirs. */
  missingFrom(doc: Y.Doc): Edits {
    const clocks = Y.decodeStateVector(Y.encodeStateVector(doc));
    const gone = Y.createDeleteSetFromStructStore(doc.store);
    const isGone = (client: number, clock: number) => Y.isDeleted(gone, Y.createID(client, clock));
    return new Edits(
      this.inserted.flatMap(({ client, clock, length }) => {
        const from = Math.max(clock, clocks.get(client) ?? 0);
        const end = clock + length;
        return from < end ? [{ client, clock: from, length: end - from }] : [];
      }),
      this.deleted.flatMap(span => without(span, isGone))
    );
  }

  /** What an undo manager would have noted if it had watched the transactions. */
  get undoable(): StackItem {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    return {
      insertions: setOf(this.inserted),
      deletions: setOf(this.deleted),
      meta: new Map()
    };
  }

  /** These, as far as they have inserted something that is not among `elements`. */
  insertedBesides(elements: Spans): Edits {
    const isThere = (client: number, clock: number) =>
      Y.isDeleted(elements, Y.createID(client, clock));
    return new Edits(
      this.inserted.flatMap(span => without(span, isThere)),
      []
    );
  }

  /** What would be in a text without these edits; `isHere` tells of a part whether it is now. */
  rewound(text: Y.Text, isHere: (part: Y.Item) => boolean): string {
    let base = '';
    for (let part = text._start; part !== null; part = part.right) {
      if (part.content instanceof Y.ContentString) {
        base += this._rewoundPart(part, isHere(part), part.content.str);
      }
    }
    return base;
  }

  /** Whether they have put anything into an item, or taken anything out of it. */
  haveChanged({ id: { client, clock }, length, content }: Y.Item): boolean {
    const isOurs = [...this.inserted, ...this.deleted].some(
      span =>
        span.client === client && span.clock < clock + length && clock < span.clock + span.length
    );
    return (
      isOurs ||
      (content instanceof Y.ContentType && partsOf(content.type).some(it => this.haveChanged(it)))
    );
  }

  private _rewoundPart({ id: { client, clock } }: Y.Item, isHere: boolean, str: string): string {
    return str
      .split('')
      .filter(
        (_, offset) =>
          !holds(this.inserted, client, clock + offset) &&
          (isHere || holds(this.deleted, client, clock + offset))
      )
      .join('');
  }
}

/** What a type consists of, or has consisted of. */
function partsOf({ _map, _start }: Y.AbstractType<unknown>): Y.Item[] {
  const parts = [..._map.values()];
  for (let part = _start; part !== null; part = part.right) {
    parts.push(part);
  }
  return parts;
}

/** What an undo manager takes back at once. */
export type StackItem = Y.UndoManager['undoStack'][number];
type Spans = StackItem['deletions'];

function setOf(spans: readonly Span[]): Spans {
  const set = Y.createDeleteSet();
  for (const { client, clock, length: len } of spans) {
    const known = set.clients.get(client) ?? [];
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    known.push({ clock, len });
    set.clients.set(client, known);
  }
  return set;
}

export function holds(spans: readonly Span[], client: number, clock: number): boolean {
  return spans.some(
    span => span.client === client && span.clock <= clock && clock < span.clock + span.length
  );
}

/** What is left of a span without the elements that are `known`. */
function without(
  { client, clock, length }: Span,
  isKnown: (client: number, clock: number) => boolean
): Span[] {
  const left: { client: number; clock: number; length: number }[] = [];
  for (let at = clock; at < clock + length; at++) {
    const last = left[left.length - 1];
    if (isKnown(client, at)) {
      continue;
    }
    if (last !== undefined && last.clock + last.length === at) {
      last.length += 1;
    } else {
      left.push({ client, clock: at, length: 1 });
    }
  }
  return left;
}
