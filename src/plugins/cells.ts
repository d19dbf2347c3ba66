import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { IWidgetTracker } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IEditorTracker } from '@jupyterlab/fileeditor';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import { FilePresence, ICursorSettings, NotebookPresence, trackerOf } from '../cursors';
import type { BeyondNavigator, CursorSettings, CursorTracker } from '../cursors';
import { CollabContentProvider } from '../documents/drive';
import { translationOf } from '../translation';
import { onSharedPanel } from './widgets';

/** What shows who is out of sight, by the widget of the document. */
type Presences = WeakMap<Widget, BeyondNavigator>;

/** Shows in notebooks in which cells the others are, and in all documents who is out of sight. */
export const cells: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:cells',
  description: 'Shows in which cells of a notebook others are, and who is out of sight.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, ICursorSettings],
  optional: [INotebookTracker, IEditorTracker, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    settings: CursorSettings,
    notebooks: INotebookTracker | null,
    editors: IEditorTracker | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = translationOf(translator);
    const presences: Presences = new WeakMap();
    showIn(notebooks, provider, presences, (panel, tracker) => {
      return new NotebookPresence(panel, tracker, settings, trans);
    });
    showIn(editors, provider, presences, (panel, tracker) => {
      return FilePresence.of(panel, tracker, settings, trans);
    });
    addCommands(app, presences, trans, palette);
  }
};

/** Make what shows others in each shared document of `documents`. */
function showIn<W extends IDocumentWidget>(
  documents: IWidgetTracker<W> | null,
  provider: CollabContentProvider,
  presences: Presences,
  make: (panel: W, tracker: CursorTracker) => BeyondNavigator | null
): void {
  onSharedPanel(documents, provider, (panel, { model }) => {
    const presence = make(panel, trackerOf(model.awareness));
    if (presence !== null) {
      presences.set(panel, presence);
    }
  });
}

function addCommands(
  { commands, shell }: JupyterFrontEnd,
  presences: Presences,
  trans: TranslationBundle,
  palette: ICommandPalette | null
): void {
  const current = () =>
    shell.currentWidget === null ? undefined : presences.get(shell.currentWidget);
  const directions = [
    ['above', 'jupyter-collab:go-above', trans.__('Go to the Next Person Above')],
    ['below', 'jupyter-collab:go-below', trans.__('Go to the Next Person Below')]
  ] as const;
  for (const [where, id, label] of directions) {
    commands.addCommand(id, {
      label,
      caption: trans.__('Go to somebody who is in a part of the document that you do not see.'),
      isEnabled: () => current()?.isBeyond(where) === true,
      execute: () => current()?.go(where)
    });
    palette?.addItem({ command: id, category: trans.__('Collaboration') });
  }
}
