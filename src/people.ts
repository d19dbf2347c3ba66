import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ServerConnection, User } from '@jupyterlab/services';
import { DisposableDelegate, DisposableSet } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { AwarenessPresence } from './replica';
import { ServerLine, SessionDriver, watchPage } from './session';
import type { Replica } from './session';

/** The room where everybody on the server is present. */
const LOBBY = 'JupyterLab:globalAwareness';

/** Tell the others in `awareness` who we are, for as long as the result lives. */
export function publishUser(awareness: Awareness, user: User.IManager): IDisposable {
  const publish = () => awareness.setLocalStateField('user', user.identity);
  // The server puts in what it knows of us, so a page that does not know yet is no secret.
  user.ready.then(publish, (error: unknown) => console.warn('It is not known who we are:', error));
  user.userChanged.connect(publish);
  return new DisposableDelegate(() => user.userChanged.disconnect(publish));
}

/**
 * Tell the server whether this person wants documents to be saved by themselves. It saves until
 * everybody who has the document open has switched that off.
 */
export function publishAutosave(awareness: Awareness, manager: IDocumentManager): IDisposable {
  const publish = () => awareness.setLocalStateField('autosave', manager.autosave);
  const onChange = (_: IDocumentManager, { name }: { readonly name: string }) => {
    if (name === 'autosave') {
      publish();
    }
  };
  publish();
  manager.stateChanged.connect(onChange);
  return new DisposableDelegate(() => manager.stateChanged.disconnect(onChange));
}

/** Everybody who is on the server, and which documents they have open. */
export class Lobby implements IDisposable {
  constructor(user: User.IManager, settings: ServerConnection.ISettings) {
    const driver: SessionDriver = new SessionDriver({
      subject: { kind: 'presence', room: LOBBY },
      line: new ServerLine({ settings, format: '', contentType: '' }),
      replica: NO_DOCUMENT,
      presence: new AwarenessPresence(this.awareness, () => driver.tell({ type: 'moved' }))
    });
    this._parts.add(publishUser(this.awareness, user));
    this._parts.add(watchPage(driver, settings.baseUrl));
    this._parts.add(driver);
    driver.tell({ type: 'started' });
  }

  readonly awareness = new Awareness(new Y.Doc());

  get isDisposed(): boolean {
    return this._parts.isDisposed;
  }

  dispose(): void {
    this._parts.dispose();
    this.awareness.destroy();
  }

  private readonly _parts = new DisposableSet();
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
