import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import type { Awareness } from 'y-protocols/awareness';

import { members } from '../members';
import { readUser } from '../presence';
import type { ClientChanges } from '../presence';
import type { Identity } from './identity';

/**
 * Tell the others in `awareness` who we are, for as long as the result lives. What another page of
 * ours is called now, as we were renamed there, is asked for.
 */
export function publishUser(awareness: Awareness, identity: Identity): IDisposable {
  const publish = () => {
    if (identity.published !== null) {
      awareness.setLocalStateField('user', identity.published);
    }
  };
  let heard = '';
  const hear = ({ added, updated }: ClientChanges) => {
    for (const client of [...added, ...updated]) {
      const { username, displayName } = readUser(
        members(awareness.getStates().get(client)).user,
        ''
      );
      const isOurs = username === identity.user?.username && displayName !== heard;
      if (isOurs && displayName !== identity.user.displayName) {
        heard = displayName; // an agent of ours may always have another one
        void identity.refresh();
      }
    }
  };
  publish();
  identity.changed.connect(publish);
  awareness.on('change', hear);
  return new DisposableDelegate(() => {
    identity.changed.disconnect(publish);
    awareness.off('change', hear);
  });
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

/** Tell the others which document is in front here, by the name that its file has. */
export function publishCurrent(
  awareness: Awareness,
  shell: Pick<JupyterFrontEnd.IShell, 'currentChanged'>,
  manager: Pick<IDocumentManager, 'contextForWidget'>,
  notebooks: Pick<INotebookTracker, 'has'> | null
): void {
  let front: DocumentRegistry.Context | undefined;
  let kind = 'editor';
  const publish = () => {
    const current = front === undefined ? null : `${kind}:${front.path}`;
    awareness.setLocalStateField('current', current);
  };
  shell.currentChanged?.connect((_, { newValue: widget }) => {
    front?.pathChanged.disconnect(publish);
    front = widget === null ? undefined : manager.contextForWidget(widget);
    kind = widget !== null && notebooks?.has(widget) === true ? 'notebook' : 'editor';
    front?.pathChanged.connect(publish);
    publish();
  });
}
