import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CollabContentProvider } from '../documents/drive';
import type { Entry, OfflineStorage } from '../offline';
import { translationOf } from '../translation';

/** Documents that are restored with the page need a moment before they look after their own. */
const LOOK_AFTER = 15_000;

/** Tells of what earlier pages have left in this browser and nobody has come back for. */
export const offlineChanges: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:offline-changes',
  description: 'Tells of changes that are kept in this browser for documents that are not open.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, IDocumentManager],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    manager: IDocumentManager,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider) || provider.offline === null) {
      return;
    }
    const { offline } = provider;
    const trans = translationOf(translator);
    provider.documentOpened.connect((_, { shelter }) => {
      shelter?.recall.unreadable.connect((_, { entry }) => tellUnreadable(trans, entry));
    });
    void app.restored.then(() => {
      setTimeout(() => {
        tellLeftovers(trans, offline, path => void manager.openOrReveal(path)).catch(
          (error: unknown) => console.warn('What this browser keeps cannot be listed:', error)
        );
      }, LOOK_AFTER);
    });
  }
};

async function tellLeftovers(
  trans: TranslationBundle,
  offline: OfflineStorage,
  open: (path: string) => void
): Promise<void> {
  for (const { path } of await offline.expire()) {
    Notification.warning(
      trans.__('Changes of %1 that this browser kept for 30 days are removed.', path),
      { autoClose: false }
    );
  }
  for (const { path, edits } of await offline.abandoned()) {
    const message = trans._n(
      'This browser keeps %1 change of %2 that the server does not have.',
      'This browser keeps %1 changes of %2 that the server does not have.',
      edits,
      path
    );
    const actions = [{ label: trans.__('Open'), callback: () => open(path) }];
    Notification.info(message, { actions, autoClose: false });
  }
}

function tellUnreadable(trans: TranslationBundle, { path }: Entry): void {
  Notification.error(
    trans.__(
      'Changes of %1 that this browser has kept cannot be read; they stay there for 30 days.',
      path
    ),
    { autoClose: false }
  );
}
