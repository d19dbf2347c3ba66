import type { IDisposable } from '@lumino/disposable';

import type { Entry, Piece, Shelf } from './shelf';

/** What is not needed any more, or has to wait for somebody else. */
export interface Keepsake {
  readonly id: string;
  /** The server has all of it. */
  remove(): Promise<void>;
  /** It is still needed, but not looked after any more: the next page may take it over. */
  release(): void;
}

/** What a page that is gone has left of a document. */
export class Leftover implements Keepsake {
  constructor(
    private readonly _shelf: Shelf,
    readonly entry: Entry,
    readonly pieces: readonly Piece[],
    private readonly _claim: IDisposable
  ) {}

  get id(): string {
    return this.entry.id;
  }

  async remove(): Promise<void> {
    await this._shelf.remove(this.id);
    this._claim.dispose();
  }

  release(): void {
    this._claim.dispose();
  }
}
