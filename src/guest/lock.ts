import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Doc } from 'yjs';

/**
 * Keeps what is done at this page out of a document that may only be viewed here.
 *
 * The server takes no changes of viewers, so a change made here would part this page from all
 * others. Whatever somebody presses, or an extension does: as long as the document is locked, a
 * transaction of this page changes nothing. Those of others come by another way.
 */
export class Lock {
  constructor(doc: Doc) {
    const transact = doc.transact.bind(doc);
    const pass = (...args: Parameters<typeof transact>) =>
      this._locked ? undefined : transact(...args);
    doc.transact = pass as typeof transact;
  }

  get locked(): boolean {
    return this._locked;
  }

  set locked(locked: boolean) {
    if (locked !== this._locked) {
      this._locked = locked;
      this._changed.emit(locked);
    }
  }

  get changed(): ISignal<this, boolean> {
    return this._changed;
  }

  private _locked = false;
  private readonly _changed = new Signal<this, boolean>(this);
}

const locks = new WeakMap<Doc, Lock>();

/** The lock of a document: all who ask get the same one. */
export function lockOf(doc: Doc): Lock {
  const lock = locks.get(doc) ?? new Lock(doc);
  locks.set(doc, lock);
  return lock;
}
