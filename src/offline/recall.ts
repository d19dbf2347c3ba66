import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Leftover } from './keepsake';
import type { Subject } from './shelf';
import type { OfflineStorage } from './storage';

/**
 * Brings back what pages that are gone have left of one document.
 *
 * Of the history that the server has, it is put into the document before that is connected, and
 * so is sent like anything else. Of another history it must not be (L4): such `strays` are
 * carried over by their content, once the document is there.
 */
export class Recall {
  constructor(private readonly _options: Recall.IOptions) {}

  /** Leftovers of other histories that nobody has taken yet. */
  readonly strays: Leftover[] = [];

  /** What was kept cannot be read; it stays where it is. */
  get unreadable(): ISignal<this, Leftover> {
    return this._unreadable;
  }

  /** Look for leftovers of a document. Failing to find any keeps nobody from opening it. */
  async run(subject: Subject): Promise<void> {
    try {
      const found = await this._options.storage.claim(subject);
      found.forEach(leftover => this._sort(leftover, subject));
    } catch (error) {
      console.warn('What this browser has kept cannot be looked up:', error);
    }
  }

  private _sort(leftover: Leftover, subject: Subject): void {
    const { room, lineage } = leftover.entry;
    if (lineage !== subject.lineage || room !== subject.room) {
      this.strays.push(leftover);
    } else {
      this.attempt(leftover, () => this._options.restore(leftover));
    }
  }

  /** Do something with a leftover; one that is damaged is told of, and let go. */
  attempt(leftover: Leftover, task: () => void): void {
    try {
      task();
    } catch (error) {
      console.error('What this browser has kept cannot be read:', error);
      leftover.release();
      this._unreadable.emit(leftover);
    }
  }

  private readonly _unreadable = new Signal<this, Leftover>(this);
}

export namespace Recall {
  export interface IOptions {
    readonly storage: OfflineStorage;
    /** Put the pieces into the document; raises where they cannot be read. */
    readonly restore: (leftover: Leftover) => void;
  }
}
