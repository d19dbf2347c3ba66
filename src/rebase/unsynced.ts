import * as Y from 'yjs';

import type { Edits } from './edits';

/** Below this, updates are kept one by one, so that each can be dropped when it is in the file. */
const MANY = 200;

/** A Yjs update that changes nothing. */
const NOTHING = Uint8Array.of(0, 0);

/**
 * The updates that are not known to be in the file: those that were made here, and all.
 *
 * They are all that is needed to find out, should the history be lost, what the file had: see
 * `rewind`. So nothing has to be copied while all goes well.
 */
export class UnsavedUpdates {
  /** A local edit was made, of our own or on behalf of others; edits are counted from 1. */
  made(update: Uint8Array, isOwn = true): void {
    this._made += 1;
    (isOwn ? this._own : this._others).add(update, this._made);
  }

  /** Something came from the server. */
  received(update: Uint8Array): void {
    this._others.add(update, 0);
  }

  /** Go on with what was kept of the document: `edits` more local edits take it to the server. */
  restore(own: readonly Uint8Array[], others: readonly Uint8Array[], edits: number): void {
    this._made += edits;
    own.forEach(update => this._own.add(update, this._made));
    others.forEach(update => this._others.add(update, this._made));
  }

  /** All that was received so far is in the file, and so are the first `edits` local edits. */
  filed(edits: number): void {
    this._own.drop(edits);
    this._others.drop(edits);
  }

  /**
   * What is not in the file of what was made here, or what of that is beyond edit `after`; `null` where
   * there is nothing.
   */
  own(after = -1): Uint8Array | null {
    return merge(this._own.beyond(after));
  }

  /** What is not in the file of what others made; `null` where there is nothing. */
  others(): Uint8Array | null {
    return merge(this._others.updates);
  }

  /** What is not in the file, whoever made it; `null` where there is nothing. */
  all(): Uint8Array | null {
    return merge([...this._own.updates, ...this._others.updates]);
  }

  private _made = 0;
  private readonly _own = new Pile();
  private readonly _others = new Pile();
}

/**
 * Updates in order, each of which holds the edits up to a number: 0 where it holds none. Where there
 * are many, those of similar size become one, so that each byte is merged a few times only, however
 * many come.
 */
class Pile {
  get updates(): readonly Uint8Array[] {
    return this._items.map(({ update }) => update);
  }

  /** The updates that hold something beyond `through`. */
  beyond(through: number): readonly Uint8Array[] {
    return this._items.filter(item => item.through > through).map(({ update }) => update);
  }

  add(update: Uint8Array, through: number): void {
    this._items.push({ through, update });
    if (this._items.length > MANY) {
      this._compact();
    }
  }

  /** Forget the updates that hold nothing beyond `through`. */
  drop(through: number): void {
    if (this._items.some(item => item.through <= through)) {
      this._items = this._items.filter(item => item.through > through);
    }
  }

  private _compact(): void {
    let from = this._items.length;
    let size = 0;
    for (let next = this._items[from - 1]; from > 0 && next !== undefined;) {
      if (size > 0 && next.update.length > 2 * size) {
        break;
      }
      size += next.update.length;
      from -= 1;
      next = this._items[from - 1];
    }
    const merged = this._items.slice(from);
    const update = Y.mergeUpdates(merged.map(item => item.update));
    const through = Math.max(...merged.map(item => item.through));
    this._items = [...this._items.slice(0, from), { through, update }];
  }

  private _items: { readonly through: number; readonly update: Uint8Array }[] = [];
}

function merge(updates: readonly Uint8Array[]): Uint8Array | null {
  return updates.length === 0 ? null : Y.mergeUpdates([...updates]);
}

/**
 * Fill the empty document `copy` with what `doc` would have without `edits`; returns what has
 * taken them back, as an update of its own.
 *
 * They are undone as a person would undo them, so what others have changed since stays. Content
 * that was deleted for good, such as outputs that were replaced, does not come back.
 */
export function rewind(copy: Y.Doc, doc: Y.Doc, edits: Edits): Uint8Array {
  copy.gc = false;
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  const undone: Uint8Array[] = [];
  const note = (update: Uint8Array): void => void undone.push(update);
  copy.on('update', note);
  // Not the document itself as scope: JupyterLab may bring a Yjs that does not know that yet.
  const manager = new Y.UndoManager([...copy.share.values()], { doc: copy });
  manager.undoStack.push(edits.undoable);
  manager.undo();
  manager.destroy();
  copy.off('update', note);
  return merge(undone) ?? NOTHING;
}

/** What takes `edits` back in `doc`, which is left as it is, as an update. */
export function undoOf(doc: Y.Doc, edits: Edits): Uint8Array {
  const copy = new Y.Doc();
  const undo = rewind(copy, doc, edits);
  copy.destroy();
  return undo;
}
