import type { ServerConnection } from '@jupyterlab/services';
import { DisposableSet } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { AwarenessPresence } from '../documents/presence';
import { ServerLine, SessionDriver, watchPage } from '../session';
import type { Replica } from '../session';
import type { Identity } from './identity';
import { publishUser } from './publish';

/** The room where everybody on the server is present. */
const LOBBY = 'JupyterLab:globalAwareness';

/** Everybody who is on the server, and which documents they have open. */
export class Lobby implements IDisposable {
  constructor(identity: Identity, settings: ServerConnection.ISettings) {
    const driver: SessionDriver = new SessionDriver({
      subject: { kind: 'presence', room: LOBBY },
      line: new ServerLine({ settings, format: '', contentType: '' }),
      replica: NO_DOCUMENT,
      presence: new AwarenessPresence(this.awareness, () => driver.tell({ type: 'moved' }))
    });
    this._parts.add(publishUser(this.awareness, identity));
    this._parts.add(watchPage(driver, settings.baseUrl));
    this._parts.add(driver);
    lobbies.set(this.awareness, this);
    driver.stateChanged.connect((_, { link }) => {
      this._setLost(link.kind !== 'synced' && this._since !== null);
      // The server knows us now, and which colour we have among those who are here.
      if (link.kind === 'synced' && this._since !== link.since) {
        this._since = link.since;
        void identity.refresh();
      }
    });
    driver.tell({ type: 'started' });
  }

  readonly awareness = new Awareness(new Y.Doc());
  readonly hasServer = true;

  /** Whether there was a connection and is none, so that nobody is to be seen. */
  get isLost(): boolean {
    return this._isLost;
  }

  /** `isLost` is another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._parts.isDisposed;
  }

  dispose(): void {
    Signal.clearData(this);
    this._parts.dispose();
    this.awareness.destroy();
  }

  private _setLost(isLost: boolean): void {
    if (isLost !== this._isLost) {
      this._isLost = isLost;
      this._changed.emit();
    }
  }

  private _since: number | null = null;
  private _isLost = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _parts = new DisposableSet();
}

const lobbies = new WeakMap<Awareness, Lobby>();

/** The lobby that an awareness is of; guests have none. */
export function lobbyOf(awareness: Awareness): Lobby | null {
  return lobbies.get(awareness) ?? null;
}

const NOTHING = Uint8Array.of(0, 0);

/** The lobby has no document, so nothing of one is ever asked for or sent. */
const NO_DOCUMENT: Replica = {
  stateVector: () => Uint8Array.of(0),
  missingFrom: () => NOTHING,
  offer: () => ({ state: NOTHING, undo: NOTHING }),
  merge: () => NOTHING,
  apply: () => undefined,
  filed: () => undefined
};
