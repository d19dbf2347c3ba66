import type { IDocumentManager } from '@jupyterlab/docmanager';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import type { Awareness } from 'y-protocols/awareness';

import type { Identity } from './identity';

/** Tell the others in `awareness` who we are, for as long as the result lives. */
export function publishUser(awareness: Awareness, identity: Identity): IDisposable {
  const publish = () => {
    if (identity.published !== null) {
      awareness.setLocalStateField('user', identity.published);
    }
  };
  publish();
  identity.changed.connect(publish);
  return new DisposableDelegate(() => identity.changed.disconnect(publish));
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
