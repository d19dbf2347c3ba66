import { YSyncConfig } from '@jupyterlab/codemirror';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { Array as YArray, Map as YMap, Text as YText } from 'yjs';
import type { Doc } from 'yjs';

/**
 * Why a document is locked: it may only be viewed here, or not all of it has come yet. `null`: it
 * is not.
 */
export type Hold = 'viewing' | 'loading' | null;

/**
 * Keeps what is done at this page out of a document that may not be changed here, or not yet.
 *
 * The server takes no changes of viewers, so a change made here would part this page from all
 * others. Whatever somebody presses, or an extension does: as long as the document is locked, a
 * transaction of this page changes nothing. Those of others come by another way.
 *
 * While a document is loading, a change may meet what is still coming: an output that is deleted
 * before it is there is there afterwards, and a cell that is moved by way of a copy leaves it behind.
 * What is typed into an editor meets nothing, nor does what is done by `through`. What the page does
 * by itself, such as to note which language the kernel speaks, is done once all is there. Cells and
 * their texts stay as they are then, as such a change counts on those of before. What is done in answer
 * to what comes is not done: it is in the document that is coming.
 */
export class Lock {
  constructor(private readonly _doc: Doc) {
    const doc = this._doc;
    const transact = doc.transact.bind(doc);
    const pass = (...args: Parameters<typeof transact>) => {
      if (!this.locked) {
        return transact(...args);
      }
      if (this._lets(args[1])) {
        return this.through(() => transact(...args));
      }
      if (this._hold === 'loading' && !this._isTakingIn) {
        this._later.push(() => void transact(...args));
      }
      return undefined;
    };
    doc.transact = pass as typeof transact;
    doc.on('beforeAllTransactions', () => (this._isTakingIn = this._through === 0));
    doc.on('afterAllTransactions', () => (this._isTakingIn = false));
    // Who listens may live as long as the page, and would keep the document as long.
    doc.on('destroy', () => Signal.clearData(this));
  }

  get locked(): boolean {
    return this._hold !== null;
  }

  get hold(): Hold {
    return this._hold;
  }

  set hold(hold: Hold) {
    if (hold === this._hold) {
      return;
    }
    this._hold = hold;
    const later = this._later.splice(0);
    if (hold === null && later.length > 0) {
      besideTexts(this._doc, () => later.forEach(change => change()));
    }
    this._changed.emit(hold);
  }

  /** Emitted until the document is closed. */
  get changed(): ISignal<this, Hold> {
    return this._changed;
  }

  /** Do `change`, which adds something and touches nothing else, also while the document is loading. */
  through<T>(change: () => T): T {
    this._through += 1;
    try {
      return change();
    } finally {
      this._through -= 1;
    }
  }

  private _lets(origin: unknown): boolean {
    const isHarmless = this._through > 0 || origin instanceof YSyncConfig;
    return this._hold === 'loading' && isHarmless && !this._isTakingIn;
  }

  private _hold: Hold = null;
  private _isTakingIn = false;
  private _through = 0;
  private readonly _later: (() => void)[] = [];
  private readonly _changed = new Signal<this, Hold>(this);
}

/** In the place of what changes a list or a text. */
const STILL = {
  insert: () => undefined,
  delete: () => undefined,
  applyDelta: () => undefined
};

/** Do `change`; what it does to the list of the cells of `doc`, and to their texts, has no effect. */
function besideTexts(doc: Doc, change: () => void): void {
  const cells = doc.share.get('cells');
  const kept = cells instanceof YArray ? [cells, ...cells.map(sourceOf)] : [];
  kept.forEach(it => Object.assign(it, STILL));
  try {
    change();
  } finally {
    kept.forEach(it => Object.keys(STILL).forEach(name => Reflect.deleteProperty(it, name)));
  }
}

/** The text of a cell; of what is no cell, something that nothing depends on. */
function sourceOf(cell: unknown): object {
  const source: unknown = cell instanceof YMap ? cell.get('source') : null;
  return source instanceof YText ? source : {};
}

const locks = new WeakMap<Doc, Lock>();

/** The lock of a document: all who ask get the same one. */
export function lockOf(doc: Doc): Lock {
  const lock = locks.get(doc) ?? new Lock(doc);
  locks.set(doc, lock);
  return lock;
}
