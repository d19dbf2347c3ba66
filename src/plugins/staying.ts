import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import { YNotebook } from '@jupyter/ydoc';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CollabContentProvider } from '../documents/drive';
import { putBackInto, StayingPut } from '../staying';
import type { LostCell } from '../staying';
import { translationOf } from '../translation';

/** Keeps people in the cells that they write in, whatever others do to these. */
export const staying: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:staying',
  description: 'Keeps people in the cells that they write in, when others move or change these.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, INotebookTracker],
  optional: [ITranslator],
  activate: (
    _: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    notebooks: INotebookTracker,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = translationOf(translator);
    const stay = async (panel: NotebookPanel) => {
      await panel.context.ready;
      const { sharedModel: model } = panel.context.model;
      if (provider.find(model) !== null && model instanceof YNotebook && !panel.isDisposed) {
        new StayingPut(panel.content, model, cell => tellLost(panel, model, cell, trans));
      }
    };
    notebooks.forEach(panel => void stay(panel));
    notebooks.widgetAdded.connect((__, panel) => void stay(panel));
  }
};

function tellLost(
  panel: NotebookPanel,
  model: YNotebook,
  lost: LostCell,
  trans: TranslationBundle
): void {
  const putBack = () => {
    if (panel.isDisposed) {
      return;
    }
    putBackInto(model, lost);
    const { content } = panel;
    content.activeCellIndex = content.widgets.findIndex(cell => cell.model.id === lost.id);
    content.activate();
  };
  const shown = Notification.info(
    trans.__('Somebody has deleted the cell that you were writing in.'),
    { autoClose: 20_000, actions: [{ label: trans.__('Put Back'), callback: putBack }] }
  );
  panel.disposed.connect(() => Notification.dismiss(shown));
}
