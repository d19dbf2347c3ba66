import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { CollabContentProvider } from '../drive';
import type { DocumentProvider } from '../provider';
import { applyDifference, isEmpty } from '../rebase';
import type { Difference } from '../rebase';
import { UnloadGuard } from '../unload';

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
      if (link.kind === 'diverged') {
        this._keep(provider);
        this._diverged.emit(provider);
      }
    });
    // One that cannot be opened leaves the difference to the next that can.
    provider.ready.then(
      () => this._applyTo(provider),
      () => undefined
    );
  };

  private _keep(provider: DocumentProvider): void {
    const empty = this._documents.createEmpty(provider);
    if (empty === null) {
      return;
    }
    const difference = provider.difference(empty);
    empty.dispose();
    if (!isEmpty(difference)) {
      this._kept.push({ key: keyOf(provider), difference });
    }
    this._guard.update(this._kept.length > 0);
  }

  private _applyTo(provider: DocumentProvider): void {
    const key = keyOf(provider);
    const mine = this._kept.filter(kept => kept.key === key);
    this._kept = this._kept.filter(kept => kept.key !== key);
    for (const { difference } of mine) {
      if (!applyDifference(provider.model, difference)) {
        this._failed.emit({ provider, difference });
      }
    }
    this._guard.update(this._kept.length > 0);
  }

  private _kept: { readonly key: string; readonly difference: Difference }[] = [];
  private readonly _guard = new UnloadGuard();
  private readonly _diverged = new Signal<this, DocumentProvider>(this);
  private readonly _failed = new Signal<this, DifferenceKeeper.IFailure>(this);
}

export namespace DifferenceKeeper {
  export interface IFailure {
    readonly provider: DocumentProvider;
    readonly difference: Difference;
  }
}

function keyOf({ format, contentType, path }: DocumentProvider): string {
  return `${format}:${contentType}:${path}`;
}
