import type { IDisposable } from '@lumino/disposable';
import * as Y from 'yjs';

import { Edits } from './edits';
import { mergeText } from './texts';

/**
 * Brings what was typed here into a cell along when somebody else moves the cell.
 *
 * Moving a cell is deleting it and inserting a copy with the same id, so what the mover had not
 * received is gone with the old one. Of what this client knows to be its own and not yet in the
 * file, whatever the copy lacks is written into the copy. A cell that is gone for good stays gone.
 */
export class MovedCells implements IDisposable {
  /**
   * `remote` is the origin of what comes from the server; `own` gives the updates, as one, that
   * others may not have.
   */
  constructor(
    private readonly _doc: Y.Doc,
    private readonly _remote: unknown,
    private readonly _own: () => Uint8Array | null
  ) {
    this._cells = _doc.getArray('cells');
    this._cells.observe(this._onChange);
    _doc.on('afterAllTransactions', this._carry);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._cells.unobserve(this._onChange);
    this._doc.off('afterAllTransactions', this._carry);
  }

  /** What is deleted can be read until the transaction is over. */
  private readonly _onChange = (event: Y.YArrayEvent<unknown>, transaction: Y.Transaction) => {
    const { deleted } = event.changes;
    const update = transaction.origin === this._remote && deleted.size > 0 ? this._own() : null;
    if (update === null) {
      return;
    }
    const edits = Edits.of(update);
    for (const item of deleted) {
      const cell = readDeleted(item, transaction, edits);
      if (cell !== null && cell.base !== cell.mine) {
        this._gone.push(cell);
      }
    }
  };

  /** Once all have been told of the new cells, so that nobody is told of the same text twice. */
  private readonly _carry = (): void => {
    const gone = this._gone.splice(0);
    if (gone.length === 0) {
      return;
    }
    const texts = this._textsById();
    this._doc.transact(() => {
      for (const { id, base, mine } of gone) {
        const text = texts.get(id);
        if (text !== undefined) {
          carryInto(text, base, mine);
        }
      }
    }, this);
  };

  private _textsById(): Map<unknown, Y.Text> {
    const texts = new Map<unknown, Y.Text>();
    for (const cell of this._cells) {
      const source: unknown = cell instanceof Y.Map ? cell.get('source') : undefined;
      if (cell instanceof Y.Map && source instanceof Y.Text) {
        texts.set(cell.get('id'), source);
      }
    }
    return texts;
  }

  private readonly _cells: Y.Array<unknown>;
  private readonly _gone: Gone[] = [];
  private _isDisposed = false;
}

/** The source of a cell as it was here, and as it was without the edits that are our own. */
interface Gone {
  readonly id: string;
  readonly base: string;
  readonly mine: string;
}

function carryInto(text: Y.Text, base: string, mine: string): void {
  const hunks = mergeText(base, mine, text.toString());
  for (const { from, to, insert } of [...hunks].reverse()) {
    text.delete(from, to - from);
    text.insert(from, insert);
  }
}

const NO_EDITS = Edits.of(null);

function readDeleted(item: Y.Item, transaction: Y.Transaction, edits: Edits): Gone | null {
  const cell = typeOf(item);
  if (!(cell instanceof Y.Map)) {
    return null;
  }
  const id = lastValue(cell, 'id')?.content.getContent()[0] as unknown;
  const source = lastValue(cell, 'source');
  const text = source === undefined ? null : typeOf(source);
  if (typeof id !== 'string' || !(text instanceof Y.Text)) {
    return null;
  }
  const isHere = (part: Y.Item) => !part.deleted || Y.isDeleted(transaction.deleteSet, part.id);
  return { id, base: edits.rewound(text, isHere), mine: NO_EDITS.rewound(text, isHere) };
}

function typeOf({ content }: Y.Item): unknown {
  return content instanceof Y.ContentType ? content.type : null;
}

/** A member of a map that may be deleted, as the map itself shows none then. */
function lastValue(map: Y.Map<unknown>, key: string): Y.Item | undefined {
  return map._map.get(key);
}
