import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import { UnloadGuard } from '../documents/unload';
import type { Keepsake, Piece } from '../offline';
import { applyDifference } from '../rebase';
import type { Difference } from '../rebase';

/**
 * Carries what a person wrote from a document whose history is lost to the one that is opened
 * in its place. Until it is there, the browser asks before the page is left.
 */
export class DifferenceKeeper implements IDisposable {
  constructor(private readonly _documents: CollabContentProvider) {
    _documents.documentOpened.connect(this._onOpened, this);
  }

  /** A document holds another history than the server, and has to be opened again. */
  get diverged(): ISignal<this, DocumentProvider> {
    return this._diverged;
  }

  /** A difference does not fit into the document that it belongs to. */
  get failed(): ISignal<this, DifferenceKeeper.IFailure> {
    return this._failed;
  }

  get isDisposed(): boolean {
    return this._guard.isDisposed;
  }

  dispose(): void {
    this._guard.dispose();
    Signal.clearData(this);
  }

  private readonly _onOpened = (_: CollabContentProvider, provider: DocumentProvider): void => {
    provider.stateChanged.connect((_, { link }) => {
      // Each further change of its state, until it is closed, tells the same again.
      if (link.kind === 'diverged' && !this._parting.has(provider)) {
        this._part(provider);
        this._diverged.emit(provider);
      }
    });
    provider.model.disposed.connect(() => {
      if (this._parting.delete(provider)) {
        this._keep(provider);
      }
    });
    // One that cannot be opened leaves the difference to the next that can.
    provider.ready.then(
      () => this._applyTo(provider),
      () => undefined
    );
  };

  /** From now on nothing of the document reaches the server, until it is opened again. */
  private _part(provider: DocumentProvider): void {
    const isNeeded = isWritten(provider.pieces());
    this._parting.set(provider, isNeeded);
    if (isNeeded) {
      // Should the page end before all is carried over, the next one finds it in the browser.
      provider.shelter?.hold();
    }
    this._updateGuard();
  }

  /** The document is closed, with all that was written in it until now. */
  private _keep(provider: DocumentProvider): void {
    const pieces = provider.pieces();
    const isNeeded = isWritten(pieces);
    const keepsakes = provider.shelter?.leave(isNeeded) ?? [];
    if (isNeeded) {
      const { lineage } = provider.state;
      this._kept.push({ key: provider.key, lineage, pieces, keepsakes });
    } else {
      keepsakes.forEach(keepsake => keepsake.release());
    }
    this._updateGuard();
  }

  private _updateGuard(): void {
    const isParting = [...this._parting.values()].includes(true);
    this._guard.update(isParting || this._kept.length > 0);
  }

  private _applyTo(provider: DocumentProvider): void {
    const { key } = provider;
    const mine = this._kept.filter(kept => kept.key === key);
    this._kept = this._kept.filter(kept => kept.key !== key);
    mine.forEach(kept => this._bringBack(provider, kept));
    this._applyLeftovers(provider);
    this._updateGuard();
  }

  /**
   * A server that could not read its store has begun another history, and may be back with the
   * first one: then it is the history itself that has to be brought back.
   */
  private _bringBack(provider: DocumentProvider, { lineage, pieces, keepsakes }: IKept): void {
    if (lineage === provider.state.lineage) {
      provider.bringBack(pieces);
      provider.shelter?.keep(keepsakes);
    } else {
      this._apply(provider, pieces, keepsakes);
    }
  }

  /**
   * What pages that are gone have written in other histories, or in this one, if the server named
   * another before. A viewer cannot carry it over.
   */
  private _applyLeftovers(provider: DocumentProvider): void {
    const { shelter, state } = provider;
    const leftovers = state.access === 'edit' ? (shelter?.recall.strays.splice(0) ?? []) : [];
    for (const leftover of leftovers) {
      const { lineage } = leftover.entry;
      const kept = { lineage, pieces: leftover.pieces, keepsakes: [leftover] };
      shelter?.recall.attempt(leftover, () => this._bringBack(provider, kept));
    }
  }

  private _apply(
    provider: DocumentProvider,
    pieces: readonly Piece[],
    keepsakes: readonly Keepsake[]
  ): void {
    const { model, contentType } = provider;
    const difference = this._documents.readDifference(provider, pieces, model.ydoc);
    if (difference === null) {
      throw new Error(`There are no documents of the type ${contentType}`);
    }
    const isDone = applyDifference(model, difference);
    if (isDone) {
      provider.shelter?.keep(keepsakes);
    } else {
      this._failed.emit({ provider, difference, keepsakes });
    }
  }

  /** Those that diverged and are still open, and whether there was something to keep at once. */
  private readonly _parting = new Map<DocumentProvider, boolean>();
  private _kept: IWaiting[] = [];
  private readonly _guard = new UnloadGuard();
  private readonly _diverged = new Signal<this, DocumentProvider>(this);
  private readonly _failed = new Signal<this, DifferenceKeeper.IFailure>(this);
}

export namespace DifferenceKeeper {
  export interface IFailure {
    readonly provider: DocumentProvider;
    readonly difference: Difference;
    /** Not needed any more once the difference is safe. */
    readonly keepsakes: readonly Keepsake[];
  }
}

interface IKept {
  /** The history that they were written in. */
  readonly lineage: string | null;
  readonly pieces: readonly Piece[];
  readonly keepsakes: readonly Keepsake[];
}

interface IWaiting extends IKept {
  readonly key: string;
}

/** What was written and deleted again counts: the new history may have the former. */
function isWritten(pieces: readonly Piece[]): boolean {
  return pieces.some(({ kind }) => kind === 'own');
}
