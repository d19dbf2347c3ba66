import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import { follow, now, unsynced } from '../session';
import type { Line, Occurrence, Room, SessionState, Waiting } from '../session';
import { OfflineCopy } from './copy';
import type { Kept } from './copy';
import type { Keepsake, Leftover } from './keepsake';
import { Recall } from './recall';
import type { Piece, Subject } from './shelf';
import type { OfflineStorage } from './storage';

/**
 * Sees to it that what was written in one document outlives the page: keeps what the server does
 * not have, brings back what earlier pages have left, and removes both when the server has them.
 */
export class Shelter implements IDisposable {
  constructor(private readonly _options: Shelter.IOptions) {
    const { storage, replica } = _options;
    this._copy = new OfflineCopy({
      storage,
      subject: () => this._subject,
      pieces: () => replica.pieces()
    });
    this._recall = new Recall({ storage, restore: leftover => this._restore(leftover) });
  }

  get kept(): Kept {
    return this._copy.kept;
  }

  get keptChanged(): ISignal<unknown, Kept> {
    return this._copy.keptChanged;
  }

  /** What earlier pages have left of other histories of this document, and can be read. */
  get recall(): Recall {
    return this._recall;
  }

  get isDisposed(): boolean {
    return this._copy.isDisposed;
  }

  /** What the server does not have yet is left for whoever opens the document next. */
  dispose(): void {
    this._copy.dispose();
    this._recall.strays.splice(0).forEach(item => item.release());
  }

  /** A line that looks up what was kept of a document as soon as its room is known. */
  wrap(line: Line): Line {
    return {
      ask: async path => {
        const answer = await line.ask(path);
        if (answer.type === 'asked') {
          await this._meet(answer.room);
        }
        return answer;
      },
      open: (room, lineage) => line.open(room, lineage),
      isLoggedOut: async () => line.isLoggedOut()
    };
  }

  /** The document has been changed, here or by others. */
  note(pieces: readonly Piece[]): void {
    this._copy.note(pieces);
  }

  look(state: SessionState): void {
    const { link, lineage, path } = state;
    if (this._room !== null && lineage !== null) {
      this._subject = { room: this._room, path, lineage };
    }
    this._wasSynced ||= link.kind === 'synced';
    // Before the document is there nobody can type, and what was brought back is kept already.
    const live = link.kind === 'synced' || !(this._wasSynced || state.partial);
    // While outputs come, the server has what is typed, and says so behind them.
    const isComing = link.kind === 'syncing' && state.partial;
    const time = now();
    if (state.access === 'view' && this._state?.access === 'edit') {
      // A viewer has nothing to send. What was written before is not lost for that.
      this._copy.setAside();
    }
    this._waiting = isComing ? null : follow(this._waiting, state, time);
    this._copy.look(unsynced(state), this._waiting?.since ?? time, live || isComing);
    this._state = state;
    this._removeIfDurable();
  }

  /** What these keep is in the document now. */
  keep(keepsakes: readonly Keepsake[]): void {
    this._copy.take(keepsakes);
    this._removeIfDurable();
  }

  /** The document is going to be replaced: keep what the server may have lost by now, too. */
  hold(): void {
    this._copy.hold();
  }

  /**
   * The document is replaced: hand over all that keeps what was written in it. `isNeeded` says that
   * there is something which the server may not have.
   */
  leave(isNeeded: boolean): Keepsake[] {
    if (isNeeded) {
      this._copy.hold();
    }
    return this._copy.leave();
  }

  private async _meet({ format, type, fileId, path, lineage }: Room): Promise<void> {
    const room = `${format}:${type}:${fileId}`;
    this._room = room;
    if (!this._wasAsked && lineage !== null) {
      this._wasAsked = true;
      await this._recall.run({ room, path, lineage });
    }
  }

  private _restore(leftover: Leftover): void {
    const { pieces, entry } = leftover;
    this._options.replica.restore(pieces, entry.edits);
    this._copy.take([leftover]);
    this._options.tell({ type: 'restored', lineage: entry.lineage, edits: entry.edits });
  }

  private _removeIfDurable(): void {
    const state = this._state;
    const isDurable = state?.link.kind === 'synced' && state.access === 'edit';
    if (isDurable && unsynced(state) === 0) {
      this._copy.letGo();
    }
  }

  private readonly _copy: OfflineCopy;
  private readonly _recall: Recall;
  private _room: string | null = null;
  private _subject: Subject | null = null;
  private _state: SessionState | null = null;
  private _waiting: Waiting | null = null;
  private _wasSynced = false;
  private _wasAsked = false;
}

export namespace Shelter {
  export interface IOptions {
    readonly storage: OfflineStorage;
    readonly replica: {
      pieces(): Piece[];
      restore(pieces: readonly Piece[], edits: number): void;
    };
    readonly tell: (occurrence: Occurrence) => void;
  }
}
