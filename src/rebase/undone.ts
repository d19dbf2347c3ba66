import type { IDisposable } from '@lumino/disposable';
import * as Y from 'yjs';

import { holds } from './edits';
import type { Span, StackItem } from './edits';
import { typeOf } from './items';
import { copyOf } from './state';

/**
 * Lets nobody take the words of others away by undoing.
 *
 * A cell that somebody has inserted, as by splitting or merging, goes when that is undone, with all
 * that is in it. Where others have written in it, only what is being undone goes: the cell stays with
 * what they wrote. Where the cell comes back in another place, as when a move is undone, it may go.
 *
 * Where a part of a cell that was deleted here has been replaced elsewhere, Yjs brings back neither that
 * nor the one before. The cell comes back with what it had as it was deleted: pages cannot show it
 * without its source, its outputs or its type.
 */
export class KeptWords implements IDisposable {
  constructor(private readonly _doc: Y.Doc) {
    this._cells = _doc.getArray('cells');
    _doc.on('beforeTransaction', this._prepare);
    _doc.on('beforeObserverCalls', this._complete);
    _doc.on('afterTransaction', this._adoptReturned);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._doc.off('beforeTransaction', this._prepare);
    this._doc.off('beforeObserverCalls', this._complete);
    this._doc.off('afterTransaction', this._adoptReturned);
  }

  /** What is being undone is not told: it is what was on the stack before, and is not any more. */
  get undone(): StackItem | undefined {
    const { by, stack } = this._undoing ?? {};
    return by === undefined ? undefined : stack?.[stackOf(by).length];
  }

  /** What `write` writes here are words of others. */
  adopt(write: () => void): void {
    const { clientID } = this._doc;
    const clock = Y.getState(this._doc.store, clientID);
    write();
    const length = Y.getState(this._doc.store, clientID) - clock;
    this._adopted.push({ client: clientID, clock, length });
  }

  private readonly _prepare = (transaction: Y.Transaction): void => {
    const by: unknown = transaction.origin;
    if (!(by instanceof Y.UndoManager)) {
      return;
    }
    this._undoing = { by, transaction, stack: [...stackOf(by)] };
    if (!this._watched.has(by)) {
      this._watched.add(by);
      const { deleteFilter } = by;
      by.deleteFilter = item => deleteFilter(item) && this._mayGo(item);
    }
  };

  /** Before anybody is told of the cells. */
  private readonly _complete = (transaction: Y.Transaction): void => {
    const undone = this._undoing?.transaction === transaction ? this.undone : undefined;
    const changed: ReadonlyMap<unknown, unknown> = transaction.changed;
    if (undone === undefined || !changed.has(this._cells)) {
      return;
    }
    const { doc, beforeState } = transaction;
    const clock = beforeState.get(doc.clientID) ?? 0;
    for (let item = this._cells._start; item !== null; item = item.right) {
      const again = item.redone === null ? null : Y.getItem(doc.store, item.redone);
      if (again instanceof Y.Item && again.id.clock >= clock) {
        const [was, is] = [typeOf(item), typeOf(again)];
        if (was instanceof Y.Map && is instanceof Y.Map) {
          this._copyMissing(was, is, undone);
        }
      }
    }
  };

  /** What is undone is copied back, and so belongs to who undoes it, whoever wrote it. */
  private readonly _adoptReturned = (transaction: Y.Transaction): void => {
    if (this._undoing?.transaction !== transaction) {
      return;
    }
    const { by, stack } = this._undoing;
    this._undoing = null;
    this._going = null;
    for (const { deletions } of stack.slice(stackOf(by).length)) {
      Y.iterateDeletedStructs(transaction, deletions, struct => {
        const isText = struct instanceof Y.Item && struct.content instanceof Y.ContentString;
        if (isText && struct.redone !== null && this._isOfOthers(struct.id)) {
          this._adopted.push({ ...struct.redone, length: struct.length });
        }
      });
    }
  };

  private _copyMissing(was: Y.Map<unknown>, is: Y.Map<unknown>, undone: StackItem): void {
    const { deletions, insertions } = undone;
    const isBack = ({ id }: Y.Item) => Y.isDeleted(deletions, id) && !Y.isDeleted(insertions, id);
    for (const [key, last] of was._map) {
      let part: Y.Item | null = is.has(key) ? null : last;
      while (part !== null && !isBack(part)) {
        part = part.left;
      }
      if (part !== null) {
        const value = copyOf(part, isBack);
        this.adopt(() => is.set(key, value));
      }
    }
  }

  private _mayGo(item: Y.Item): boolean {
    if (this._undoing === null || this._isDisposed) {
      return true;
    }
    const cell = cellOf(item, this._cells);
    const isText = item.content instanceof Y.ContentString;
    return cell === null || !this._stays(cell) || (isText && item.parent === cell.get('source'));
  }

  /** Asked of a cell before anything in it is gone. */
  private _stays(cell: Y.Map<unknown>): boolean {
    const going = this._cellsGoing();
    let stays = going.get(cell);
    if (stays === undefined) {
      return false;
    }
    stays ??= this._hasWordsOfOthers(cell) && !this._isBack(cell.get('id'));
    going.set(cell, stays);
    return stays;
  }

  /** The cells that what is being undone has inserted, and whether they stay; `null` if not known. */
  private _cellsGoing(): Map<unknown, boolean | null> {
    const undone = this.undone;
    if (undone === undefined || this._undoing === null) {
      return new Map();
    }
    if (this._going?.undone !== undone) {
      const cells = new Map<unknown, null>();
      this._going = { undone, cells };
      const { transaction } = this._undoing;
      Y.iterateDeletedStructs(transaction, undone.insertions, struct => {
        const item = struct instanceof Y.Item ? redoneOf(struct, this._doc) : null;
        if (item?.parent === this._cells && item.content instanceof Y.ContentType) {
          cells.set(item.content.type, null);
        }
      });
    }
    return this._going.cells;
  }

  private _hasWordsOfOthers(cell: Y.Map<unknown>): boolean {
    const source = cell.get('source');
    const undone = this.undone?.insertions;
    let part = source instanceof Y.Text ? source._start : null;
    for (; part !== null; part = part.right) {
      const { id, content, deleted } = part;
      const isWord = !deleted && content instanceof Y.ContentString && content.str.trim() !== '';
      const isUndone = undone !== undefined && Y.isDeleted(undone, id);
      if (isWord && !isUndone && this._isOfOthers(id)) {
        return true;
      }
    }
    return false;
  }

  private _isBack(id: unknown): boolean {
    const going = this._cellsGoing();
    return this._cells
      .toArray()
      .some(cell => cell instanceof Y.Map && !going.has(cell) && cell.get('id') === id);
  }

  private _isOfOthers({ client, clock }: Y.ID): boolean {
    return client !== this._doc.clientID || holds(this._adopted, client, clock);
  }

  private readonly _cells: Y.Array<unknown>;
  private readonly _watched = new WeakSet<Y.UndoManager>();
  /** Words of others that have been written again here. */
  private readonly _adopted: Span[] = [];
  private _undoing: Undoing | null = null;
  private _going: { undone: StackItem; cells: Map<unknown, boolean | null> } | null = null;
  private _isDisposed = false;
}

function stackOf({ undoing, undoStack, redoStack }: Y.UndoManager): readonly StackItem[] {
  return undoing ? undoStack : redoStack;
}

interface Undoing {
  readonly by: Y.UndoManager;
  readonly transaction: Y.Transaction;
  /** All that could be undone before. */
  readonly stack: readonly StackItem[];
}

/** The cell that an item is, or is a part of. */
function cellOf(item: Y.Item, cells: Y.Array<unknown>): Y.Map<unknown> | null {
  let at: Y.Item | null = item;
  while (at !== null && at.parent !== cells) {
    at = at.parent instanceof Y.AbstractType ? at.parent._item : null;
  }
  const type = at === null ? null : typeOf(at);
  return type instanceof Y.Map ? type : null;
}

/** What an item that was deleted is now, if it has come back. */
function redoneOf(item: Y.Item, doc: Y.Doc): Y.Item {
  let now = item;
  while (now.redone !== null) {
    const next: unknown = Y.getItem(doc.store, now.redone);
    if (!(next instanceof Y.Item)) {
      break;
    }
    now = next;
  }
  return now;
}

/** Whether what is being undone has made a cell, as a move does, that is not there any more. */
export function hasMadeGone(undone: StackItem | undefined, cells: Y.Array<unknown>): boolean {
  for (let item = cells._start; item !== null; item = item.right) {
    if (item.deleted && undone !== undefined && Y.isDeleted(undone.insertions, item.id)) {
      return true;
    }
  }
  return false;
}

/**
 * What the person who undoes has written into a text in what is being undone; `null` if that is not
 * known, as where somebody else has put in the text.
 */
export function madeIn(undone: StackItem | undefined, text: Y.Text): string | null {
  const insertions = undone?.insertions;
  const item = text._item;
  if (insertions === undefined || item === null || !Y.isDeleted(insertions, item.id)) {
    return null;
  }
  let made = '';
  for (let part = text._start; part !== null; part = part.right) {
    const { id, content } = part;
    const units = content instanceof Y.ContentString ? content.str.split('') : [];
    const isMade = (_: string, at: number) =>
      Y.isDeleted(insertions, Y.createID(id.client, id.clock + at));
    made += units.filter(isMade).join('');
  }
  return made;
}
