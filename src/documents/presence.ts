import type { IDisposable } from '@lumino/disposable';
import {
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  outdatedTimeout,
  removeAwarenessStates
} from 'y-protocols/awareness';
import type { Awareness } from 'y-protocols/awareness';

import type { ClientChanges } from '../presence';
import type { Presence } from '../session';

/** The library renews a state itself after this time, in milliseconds, where its timer may fire. */
const RENEWED_AFTER = outdatedTimeout / 2 + 3_000;

/** A y-protocols awareness as a session sees it. Only our own state is ever sent. */
export class AwarenessPresence implements Presence, IDisposable {
  constructor(
    private readonly _awareness: Awareness,
    private readonly _onMove: () => void
  ) {
    _awareness.on('update', this._onUpdate);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._awareness.off('update', this._onUpdate);
  }

  encode(): Uint8Array {
    return encodeAwarenessUpdate(this._awareness, [this._awareness.clientID]);
  }

  apply(update: Uint8Array): void {
    applyAwarenessUpdate(this._awareness, update, this);
    this._renewIfLate();
  }

  /**
   * Browsers let the timers of hidden pages fire once a minute, so that everybody would take us for
   * gone, and for back again. What others say wakes us: who is watched says something in time.
   */
  private _renewIfLate(): void {
    const { clientID, meta } = this._awareness;
    const { lastUpdated = 0 } = meta.get(clientID) ?? {};
    // Where the clock of the system was set back, the library waits for that time to come again.
    const age = Math.abs(Date.now() - lastUpdated);
    if (this._awareness.getLocalState() !== null && age > RENEWED_AFTER) {
      this.renew();
    }
  }

  renew(): void {
    this._awareness.setLocalState(this._awareness.getLocalState());
  }

  forgetPeers(): void {
    const { clientID, meta, states } = this._awareness;
    const peers = [...states.keys()].filter(client => client !== clientID);
    try {
      removeAwarenessStates(this._awareness, peers, this);
    } finally {
      // Without its clock, a peer that did not move meanwhile is news when we are back.
      [...meta.keys()].filter(client => client !== clientID).forEach(client => meta.delete(client));
    }
  }

  private readonly _onUpdate = (changes: ClientChanges, origin: unknown): void => {
    const { clientID } = this._awareness;
    const { added, updated, removed } = changes;
    // An update of the server may have made our own state newer, so its origin says nothing.
    if (origin === 'local' || [added, updated, removed].some(list => list.includes(clientID))) {
      this._onMove();
    }
  };

  private _isDisposed = false;
}
