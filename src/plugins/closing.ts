import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManagerDialogs } from '@jupyterlab/docmanager';

import { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import { conditionOf } from '../ui/condition';
import type { Condition } from '../ui/condition';

/**
 * Documents are closed without a question.
 *
 * JupyterLab asks whether to save or to discard what is not in the file yet. It is on its way there,
 * whatever the answer is: nobody can discard what others see already.
 */
export const closing: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:closing',
  description: 'Saves a shared document when it is closed, instead of asking.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  optional: [IDocumentManagerDialogs],
  activate: (
    _: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    dialogs: IDocumentManagerDialogs | null
  ) => {
    if (provider instanceof CollabContentProvider && dialogs !== null) {
      closeWithoutAsking(dialogs, () => provider.documents);
    }
  }
};

/** The server has the document, and writes it by itself. */
const KEPT: ReadonlySet<Condition> = new Set<Condition>(['synced', 'syncing', 'saved', 'degraded']);

/** Has `dialogs` ask only of what is not among `documents`, or may not get into its file. */
export function closeWithoutAsking(
  dialogs: Pick<IDocumentManagerDialogs, 'saveBeforeClose'>,
  documents: () => readonly Pick<DocumentProvider, 'path' | 'state'>[]
): void {
  const ask = dialogs.saveBeforeClose.bind(dialogs);
  dialogs.saveBeforeClose = async options => {
    // There may be several of a name, and it is not said which one is closed.
    const conditions = documents()
      .filter(({ path }) => PathExt.basename(path) === options.fileName)
      .map(({ state }) => conditionOf(state));
    if (conditions.length > 0 && conditions.every(condition => condition === 'viewing')) {
      return { shouldClose: true, ignoreSave: true };
    }
    const isKept = conditions.length > 0 && conditions.every(condition => KEPT.has(condition));
    return isKept && options.writable === true
      ? { shouldClose: true, ignoreSave: false }
      : ask(options);
  };
}
