import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { now } from '../session';
import { decide, nextLook, RETRY } from './decide';
import type { Facts, Phase } from './decide';
import type { Keepsake } from './keepsake';
import type { Piece, Subject } from './shelf';
import type { OfflineStorage } from './storage';
import type { EntryWriter } from './writer';

/** Whether what the server does not have would survive the page. */
export type Kept = 'nothing' | 'kept' | 'failed';

/**
 * Keeps the changes of one document in the browser, as long as the server does not have them.
 *
 * Nothing is written while the server acknowledges changes quickly. What is disposed of while
 * there are such changes leaves them behind, for whoever opens the document next.
 */
export class OfflineCopy implements IDisposable {
  constructor(private readonly _options: OfflineCopy.IOptions) {
    window.addEventListener('pagehide', this._onLeave);
    document.addEventListener('visibilitychange', this._onLeave);
  }

  get kept(): Kept {
    return this._kept;
  }

  get keptChanged(): ISignal<this, Kept> {
    return this._keptChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this.leave().forEach(keepsake => keepsake.release());
  }

  /** The document has been changed, here or by others. */
  note(pieces: readonly Piece[]): void {
    this._writer?.add(pieces, this._edits);
  }

  /**
   * What these keep is in the document now: they are removed as soon as that is kept here, or the
   * server has it all. Both would be brought into another history, should it come to that.
   */
  take(keepsakes: readonly Keepsake[]): void {
    if (this._writer === null) {
      this._taken.push(...keepsakes);
    } else {
      this._writer.absorb(keepsakes);
    }
  }

  /** The server has all that was taken. */
  letGo(): void {
    const taken = [...this._taken.splice(0), ...(this._writer?.giveBack() ?? [])];
    taken.forEach(keepsake => void keepsake.remove());
    this._aside = null;
  }

  /** How many changes the server lacks, none made before `since`, and whether they go there. */
  look(edits: number, since: number, live: boolean): void {
    const needed = Math.max(edits, this._least);
    this._since = since;
    if (needed !== this._edits || live !== this._live) {
      this._edits = needed;
      this._live = live;
      this._writer?.add([], needed);
      this._step();
    }
  }

  /**
   * What the server does not have cannot go there for now: it stays as it is, whatever becomes of
   * the document, until the server has it after all.
   */
  setAside(): void {
    if (this._isDisposed || this._edits === 0) {
      return;
    }
    if (this._writer === null) {
      this._begin();
    }
    this._aside = this._writer;
    this._taken.push(...(this._writer === null ? [] : [this._writer]));
    this._writer = null;
    this._phase = { kind: 'idle' };
    this._edits = 0;
    this._tell();
    this._setTimer();
  }

  /** Keep the document from now on, even if the server has had all of it. */
  hold(): void {
    if (this._isDisposed) {
      return;
    }
    // An entry without changes is taken for one that nobody needs.
    this._least = 1;
    this._edits = Math.max(this._edits, this._least);
    if (this._writer === null) {
      this._beginNow();
    } else {
      this._writer.add([], this._edits);
      this._step();
    }
  }

  /**
   * Stop following the document. The result is what is kept of it, and what was taken and may not
   * be kept with it: whoever gets that says whether it is still needed.
   */
  leave(): Keepsake[] {
    if (this._isDisposed) {
      return [];
    }
    const isNeeded = this._edits > 0;
    if (isNeeded && this._writer === null) {
      this._begin();
    }
    const writer = this._writer;
    if (isNeeded) {
      writer?.add([], this._edits);
    } else {
      this._drop();
    }
    this._end();
    return [...this._taken.splice(0), ...(isNeeded && writer !== null ? [writer] : [])];
  }

  private _end(): void {
    this._isDisposed = true;
    this._writer = null;
    clearTimeout(this._timer);
    window.removeEventListener('pagehide', this._onLeave);
    document.removeEventListener('visibilitychange', this._onLeave);
    Signal.clearData(this);
  }

  private _step(): void {
    const [phase, action] = decide(this._phase, this._facts, now());
    this._phase = phase;
    if (action === 'begin') {
      this._begin();
    } else if (action === 'drop') {
      this._drop();
    }
    this._tell();
    this._setTimer();
  }

  private get _facts(): Facts {
    const { _edits: edits, _since: since, _live: live, _cost: cost } = this;
    return { edits, since, live, cost };
  }

  private _beginNow(): void {
    this._phase = { kind: 'keeping' };
    this._begin();
    this._setTimer();
  }

  private _begin(): void {
    const subject = this._options.subject();
    if (subject === null) {
      return;
    }
    const start = performance.now();
    const pieces = this._options.pieces();
    this._cost = performance.now() - start;
    const writer = this._options.storage.begin(subject, error => this._fail(writer, error));
    this._writer = writer;
    this._aside = null;
    void writer.written.then(() => this._tell());
    writer.add(pieces, this._edits);
    writer.absorb(this._taken.splice(0));
  }

  private _drop(): void {
    this._taken.push(...(this._writer?.giveBack() ?? []));
    void this._writer?.remove();
    this._writer = null;
  }

  private _fail(writer: EntryWriter, error: unknown): void {
    console.warn('Changes cannot be kept in this browser:', error);
    const absorbed = writer.giveBack();
    // What was written before stays, until there is room for all of it.
    const left = writer.isWritten ? [writer] : [];
    if (writer.isWritten) {
      writer.stop();
    } else {
      void writer.remove();
    }
    if (this._isDisposed) {
      absorbed.forEach(keepsake => keepsake.release());
    } else {
      this._taken.push(...left, ...absorbed);
    }
    if (writer === this._writer) {
      this._writer = null;
      this._phase = { kind: 'failed', until: now() + RETRY };
      this._tell();
      this._setTimer();
    }
  }

  private _tell(): void {
    const kept = this._keptNow();
    if (kept !== this._kept) {
      this._kept = kept;
      this._keptChanged.emit(kept);
    }
  }

  private _keptNow(): Kept {
    if (this._phase.kind === 'failed') {
      return 'failed';
    }
    const writer = this._edits > 0 ? this._writer : this._aside;
    return writer?.isWritten === true ? 'kept' : 'nothing';
  }

  private _setTimer(): void {
    clearTimeout(this._timer);
    const due = nextLook(this._phase, this._facts);
    if (due !== null) {
      this._timer = setTimeout(() => this._step(), Math.max(0, due - now()));
    }
  }

  /** The page may be gone in a moment. */
  private readonly _onLeave = ({ type }: Event): void => {
    const isLeft = type === 'pagehide' || document.visibilityState === 'hidden';
    if (isLeft && this._phase.kind === 'waiting') {
      this._beginNow();
    }
  };

  private _edits = 0;
  /** As many changes are taken to be missing at least. */
  private _least = 0;
  private _since = 0;
  private _live = false;
  private _cost = 0;
  private _phase: Phase = { kind: 'idle' };
  private _writer: EntryWriter | null = null;
  /** One of those that were taken: it has what cannot go to the server for now. */
  private _aside: EntryWriter | null = null;
  private readonly _taken: Keepsake[] = [];
  private _kept: Kept = 'nothing';
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
  private readonly _keptChanged = new Signal<this, Kept>(this);
}

export namespace OfflineCopy {
  export interface IOptions {
    readonly storage: OfflineStorage;
    /** What the document is, once that is known. */
    readonly subject: () => Subject | null;
    /** The whole document, and what of it is not known to be in the file. */
    readonly pieces: () => Piece[];
  }
}
