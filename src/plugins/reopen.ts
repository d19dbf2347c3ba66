import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import { ILabShell } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ITranslator } from '@jupyterlab/translation';

import { CollabContentProvider } from '../documents/drive';
import { saveCopy } from '../reopen/copy';
import { DifferenceKeeper } from '../reopen/keeper';
import { reopen } from '../reopen/reopen';
import { translationOf } from '../translation';

/** Opens a document again, with what was written in it, when its history on the server is lost. */
export const reopening: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:reopening',
  description: 'Keeps what was written when the server has lost the history of a document.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, IDocumentManager],
  optional: [ILabShell, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    manager: IDocumentManager,
    labShell: ILabShell | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = translationOf(translator);
    const keeper = new DifferenceKeeper(provider);
    const parts = { shell: app.shell, labShell, manager };
    keeper.diverged.connect((_, { model }) => {
      // Later: whoever else listens to the model shall hear this out before it is disposed.
      setTimeout(() => reopen(parts, model));
    });
    keeper.failed.connect((_, failure) => {
      saveCopy(manager.services.contents, failure).then(
        path => {
          failure.keepsakes.forEach(keepsake => void keepsake.remove());
          Notification.warning(trans.__('Your changes could not be merged. They are in %1.', path));
        },
        (error: unknown) => {
          failure.keepsakes.forEach(keepsake => keepsake.release());
          console.error('Changes could not be kept:', error);
        }
      );
    });
  }
};
