import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { NbConvert } from '@jupyterlab/services';

import { CollabContentProvider } from '../documents/drive';

/**
 * Lets documents that are being opened go first.
 *
 * JupyterLab asks, with the first notebook of a page, what notebooks can be exported to. To find out
 * takes the server some tenths of a second, in which it can do little else, for a menu that nobody
 * has opened yet.
 */
export const exportFormats: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:export-formats',
  description: 'Asks what notebooks can be exported to once the open documents are there.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  activate: (app: JupyterFrontEnd, provider: ICollaborativeContentProvider) => {
    if (provider instanceof CollabContentProvider) {
      const opened = () => provider.documents.map(({ ready }) => ready);
      askAfter(app.serviceManager.nbconvert, opened);
    }
  }
};

/** Have `manager` ask once all that is `awaited` then has come, or has failed. */
export function askAfter(
  manager: Pick<NbConvert.IManager, 'getExportFormats'>,
  awaited: () => readonly Promise<unknown>[]
): void {
  const ask = manager.getExportFormats.bind(manager);
  manager.getExportFormats = async force => {
    await Promise.allSettled(awaited());
    return ask(force);
  };
}
