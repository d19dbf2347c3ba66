import { IGlobalAwareness } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';
import type { Awareness } from 'y-protocols/awareness';

import { readConfig } from '../config';
import { Circle } from '../guest/circle';
import { Identity, IIdentity } from '../people/identity';
import { Lobby } from '../people/lobby';

/** Who is on the server. */
export const globalAwareness: JupyterFrontEndPlugin<Awareness> = {
  id: 'jupyter-collab:global-awareness',
  description: 'Tells who is on the server.',
  autoStart: true,
  provides: IGlobalAwareness,
  requires: [IIdentity],
  activate: (app: JupyterFrontEnd, self: Identity): Awareness =>
    readConfig().guest === null
      ? new Lobby(self, app.serviceManager.serverSettings).awareness
      : new Circle(self)
};

/** Who we are, as others see us. */
export const identity: JupyterFrontEndPlugin<Identity> = {
  id: 'jupyter-collab:identity',
  description: 'Tells how others see the person at this page.',
  autoStart: true,
  provides: IIdentity,
  activate: ({ serviceManager: { user, serverSettings } }: JupyterFrontEnd) =>
    new Identity(user, serverSettings)
};

/** Tells the others which document we are looking at. */
export const currentDocument: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:current-document',
  description: 'Tells others on the server which document is in front.',
  autoStart: true,
  requires: [IGlobalAwareness, IDocumentManager],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    everybody: Awareness,
    manager: IDocumentManager,
    notebooks: INotebookTracker | null
  ) => {
    const publish = (widget: Widget | null) => {
      const path = widget === null ? undefined : manager.contextForWidget(widget)?.path;
      const kind = widget !== null && notebooks?.has(widget) === true ? 'notebook' : 'editor';
      everybody.setLocalStateField('current', path === undefined ? null : `${kind}:${path}`);
    };
    app.shell.currentChanged?.connect((_, { newValue }) => publish(newValue));
  }
};
