import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';

import type { Keepsake } from './keepsake';
import type { Owners } from './owners';
import type { Piece, Shelf, Subject } from './shelf';

/** Writes one entry: what comes while a write is under way goes together into the next. */
export class EntryWriter implements Keepsake {
  constructor(
    private readonly _options: EntryWriter.IOptions,
    private readonly _subject: Subject,
    private readonly _onFailure: (error: unknown) => void
  ) {
    this.written = new Promise(resolve => (this._resolveWritten = resolve));
  }

  /** Resolves when the first pieces are there. */
  readonly written: Promise<void>;

  get isWritten(): boolean {
    return this._isWritten;
  }

  /** Add pieces; there are `edits` changes now that the server does not have. */
  add(pieces: readonly Piece[], edits: number): void {
    if (this._isOver) {
      return;
    }
    this._waiting.push(...pieces);
    this._edits = edits;
    if (!this._isScheduled) {
      this._isScheduled = true;
      void this._then(() => this._write());
    }
  }

  /** What these have is among the pieces by now: they go as soon as those are written. */
  absorb(keepsakes: readonly Keepsake[]): void {
    if (keepsakes.length > 0) {
      this._absorbed.push(...keepsakes);
      this.add([], this._edits);
    }
  }

  /** What was absorbed, and has not gone yet. */
  giveBack(): Keepsake[] {
    return this._absorbed.splice(0);
  }

  /** Write nothing more, and leave what is written as it is. */
  stop(): void {
    this._isOver = true;
    this._waiting = [];
  }

  remove(): Promise<void> {
    this.stop();
    void this._then(() => this._options.shelf.remove(this.id));
    return this._release();
  }

  release(): void {
    void this._release();
  }

  private async _write(): Promise<void> {
    const { shelf, owners, server, user } = this._options;
    this._claim ??= await owners.claim(this.id);
    const name = await user();
    const pieces = this._waiting;
    this._waiting = [];
    this._isScheduled = false;
    if (this._isOver) {
      return;
    }
    const absorbed = [...this._absorbed];
    const instead = absorbed.map(({ id }) => id);
    const entry = { id: this.id, server, user: name, ...this._subject };
    await shelf.write({ ...entry, edits: this._edits, at: Date.now() }, pieces, instead);
    this._absorbed = this._absorbed.filter(keepsake => !absorbed.includes(keepsake));
    absorbed.forEach(keepsake => keepsake.release());
    this._isWritten = true;
    this._resolveWritten();
  }

  private _release(): Promise<void> {
    return this._then(() => {
      this._claim?.dispose();
      return Promise.resolve();
    });
  }

  /** One thing after the other. */
  private _then(job: () => Promise<void>): Promise<void> {
    this._work = this._work.then(job).catch((error: unknown) => {
      if (!this._isOver) {
        this._onFailure(error);
      }
    });
    return this._work;
  }

  readonly id = UUID.uuid4();
  private _waiting: Piece[] = [];
  private _absorbed: Keepsake[] = [];
  private _edits = 0;
  private _claim: IDisposable | null = null;
  private _isWritten = false;
  private _isScheduled = false;
  private _isOver = false;
  private _work: Promise<void> = Promise.resolve();
  private _resolveWritten: () => void = () => undefined;
}

export namespace EntryWriter {
  export interface IOptions {
    readonly shelf: Shelf;
    readonly owners: Owners;
    readonly server: string;
    /** The name by which the server knows this person. */
    readonly user: () => Promise<string>;
  }
}
