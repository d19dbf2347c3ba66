import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { FileBrowserModel } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';

import { CollabContentProvider } from '../documents/drive';

/**
 * File browsers go along with a folder that somebody else renames.
 *
 * They would look for it where it was, and a dialog that says so takes the keys of who is typing in
 * a document of that folder.
 */
export const folders: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:folders',
  description: 'Has file browsers follow the folder of an open document.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  optional: [IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    factory: IFileBrowserFactory | null
  ) => {
    if (provider instanceof CollabContentProvider && factory !== null) {
      const exists = (path: string) =>
        app.serviceManager.contents.get(path, { content: false }).then(
          () => true,
          () => false
        );
      provider.fileChanged.connect((_, change) => {
        factory.tracker.forEach(({ model }) => void follow(model, change, exists));
      });
    }
  }
};

/** Have `browser` follow the folder of a document of which `change` tells that it is elsewhere. */
export async function follow(
  browser: Pick<FileBrowserModel, 'path' | 'cd'>,
  { type, oldValue, newValue }: Contents.IChangedArgs,
  exists: (path: string) => Promise<boolean>
): Promise<void> {
  const moved = type === 'rename' ? folderMoved(oldValue?.path, newValue?.path) : null;
  if (moved === null) {
    return;
  }
  const { path } = browser;
  const { from, to } = moved;
  if (path === from || path.startsWith(`${from}/`)) {
    // At once, as the browser looks for the folder with the next turn. Where it is still there,
    // only the file was moved, and who looks at the folder goes on to do so.
    const there = browser.cd(`/${to}${path.slice(from.length)}`);
    const [isThere] = await Promise.all([exists(from), there]);
    if (isThere) {
      await browser.cd(`/${path}`);
    }
  }
}

/** The folder that may have been renamed, as what lies in it was before and is now. */
function folderMoved(before = '', now = ''): { from: string; to: string } | null {
  const [from, to] = [before.split('/'), now.split('/')];
  const name = from.at(-1);
  while (from.length > 0 && to.length > 0 && from.at(-1) === to.at(-1)) {
    from.pop();
    to.pop();
  }
  const isSameFile = name !== undefined && now.endsWith(`/${name}`);
  const isFolder = isSameFile && from.length > 0 && to.length > 0;
  return isFolder ? { from: from.join('/'), to: to.join('/') } : null;
}
