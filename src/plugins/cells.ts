import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';

import { ICursorSettings, NotebookPresence, trackerOf } from '../cursors';
import type { CursorSettings } from '../cursors';
import { CollabContentProvider } from '../drive';

type Presences = WeakMap<NotebookPanel, NotebookPresence>;

/** Shows in notebooks in which cells the others are, and who is out of sight. */
export const cells: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:cells',
  description: 'Shows in which cells of a notebook others are.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, INotebookTracker, ICursorSettings],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    notebooks: INotebookTracker,
    settings: CursorSettings,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = (translator ?? nullTranslator).load('jupyter_collab');
    const presences: Presences = new WeakMap();
    const show = async (panel: NotebookPanel) => {
      await panel.context.ready;
      const model = provider.find(panel.context.model.sharedModel)?.model;
      if (model !== undefined && !panel.isDisposed) {
        const tracker = trackerOf(model.awareness);
        presences.set(panel, new NotebookPresence(panel, tracker, settings, trans));
      }
    };
    const onAdded = (_: INotebookTracker, panel: NotebookPanel) => {
      show(panel).catch((error: unknown) => {
        console.warn('Where others are in a notebook cannot be shown:', error);
      });
    };
    notebooks.forEach(panel => onAdded(notebooks, panel));
    notebooks.widgetAdded.connect(onAdded);
    addCommands(app, notebooks, presences, trans, palette);
  }
};

function addCommands(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  presences: Presences,
  trans: TranslationBundle,
  palette: ICommandPalette | null
): void {
  const current = () => {
    const panel = notebooks.currentWidget;
    return panel === null ? undefined : presences.get(panel);
  };
  const commands = [
    ['above', 'jupyter-collab:go-above', trans.__('Go to the Next Person Above')],
    ['below', 'jupyter-collab:go-below', trans.__('Go to the Next Person Below')]
  ] as const;
  for (const [where, id, label] of commands) {
    app.commands.addCommand(id, {
      label,
      caption: trans.__('Go to somebody who is in a part of the notebook that you do not see.'),
      isEnabled: () => current()?.isBeyond(where) === true,
      execute: () => current()?.go(where)
    });
    palette?.addItem({ command: id, category: trans.__('Collaboration') });
  }
}
