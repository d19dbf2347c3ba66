import { IGlobalAwareness } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';
import type { Awareness } from 'y-protocols/awareness';

import { Lobby } from '../people';

/** Who is on the server. */
export const globalAwareness: JupyterFrontEndPlugin<Awareness> = {
  id: 'jupyter-collab:global-awareness',
  description: 'Tells who is on the server.',
  autoStart: true,
  provides: IGlobalAwareness,
  activate: (app: JupyterFrontEnd) => {
    const { user, serverSettings } = app.serviceManager;
    return new Lobby(user, serverSettings).awareness;
  }
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
