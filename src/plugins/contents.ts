import { ICollaborativeContentProvider, IGlobalAwareness } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ContentsManager, Drive } from '@jupyterlab/services';
import type { Contents, ServerConnection, User } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Awareness } from 'y-protocols/awareness';

import { readConfig } from '../config';
import { CollabContentProvider, CONTENT_PROVIDER_ID } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import { browserOwners, IndexedDbShelf, OfflineStorage, pathOfFile } from '../offline';
import { IIdentity } from '../people/identity';
import type { Identity } from '../people/identity';
import { publishAutosave, publishUser } from '../people/publish';
import { translationOf } from '../translation';

/** Opens documents together: registers with the drive, which everything else goes through. */
export const contentProvider: JupyterFrontEndPlugin<ICollaborativeContentProvider> = {
  id: 'jupyter-collab:content-provider',
  description: 'Opens documents together with everybody who has them open.',
  autoStart: true,
  provides: ICollaborativeContentProvider,
  requires: [IDocumentManager, IIdentity],
  optional: [ITranslator, IGlobalAwareness],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    identity: Identity,
    translator: ITranslator | null,
    everybody: Awareness | null
  ) => {
    const { contents, serverSettings, user } = app.serviceManager;
    const drive = defaultDrive(contents) ?? new Drive({ serverSettings });
    const registry = drive.contentProviderRegistry;
    const trans = translationOf(translator);
    const canServe = registry !== undefined;
    const offline = offlineStorage(serverSettings, user);
    const { maxFrame } = readConfig();
    const provider = new CollabContentProvider({
      ...{ collaborative: canServe, drive, trans, offline, maxFrame }
    });
    if (!canServe) {
      return provider;
    }
    registry.register(CONTENT_PROVIDER_ID, provider);
    provider.documentOpened.connect((_, document) => {
      const { model } = document;
      document.takenBack.connect((_, size) => tellTakenBack(document, size, maxFrame, trans));
      const published = publishUser(model.awareness, identity);
      const autosave = publishAutosave(model.awareness, manager);
      model.disposed.connect(() => [published, autosave].forEach(item => item.dispose()));
    });
    if (everybody !== null) {
      publishDocuments(provider, everybody);
    }
    return provider;
  }
};

function defaultDrive(contents: Contents.IManager): Contents.IDrive | null {
  return contents instanceof ContentsManager ? contents.defaultDrive : null;
}

/** Where this browser keeps what the server does not have; `null` where it keeps nothing. */
function offlineStorage(
  settings: ServerConnection.ISettings,
  user: User.IManager
): OfflineStorage | null {
  if (!('indexedDB' in window)) {
    return null;
  }
  const name = () => user.ready.then(() => user.identity?.username ?? '');
  return new OfflineStorage({
    shelf: new IndexedDbShelf(),
    owners: browserOwners(),
    server: settings.baseUrl,
    user: name,
    pathOf: id => pathOfFile(settings, id)
  });
}

/** Nobody may miss why what they have just put in is not there. JupyterLab shows 140 letters. */
function tellTakenBack(
  { path }: DocumentProvider,
  size: number,
  limit: number,
  trans: TranslationBundle
): void {
  const [has, takes] = [size, limit].map(bytes => (bytes / 2 ** 20).toFixed(1));
  Notification.error(
    trans.__(
      'Taken out of %1 again: %2 MiB are more than the server takes at once (%3 MiB). Use smaller pieces, or upload a file.',
      PathExt.basename(path),
      has,
      takes
    ),
    { autoClose: false }
  );
}

function publishDocuments(provider: CollabContentProvider, everybody: Awareness): void {
  provider.documentsChanged.connect(() => {
    const paths = provider.documents.map(({ path }) => path);
    everybody.setLocalStateField('documents', [...new Set(paths)]);
  });
}
