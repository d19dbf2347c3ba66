import { IGlobalAwareness } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Awareness } from 'y-protocols/awareness';

import { readConfig } from '../config';
import { Circle } from '../guest/circle';
import { Identity, IIdentity } from '../people/identity';
import { Lobby } from '../people/lobby';
import { publishCurrent } from '../people/publish';

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
  ) => publishCurrent(everybody, app.shell, manager, notebooks)
};
