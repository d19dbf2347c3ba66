import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';

import { onDocumentWidget } from './widgets';

/**
 * The page of a document goes by the name that somebody else gives to its file.
 *
 * Notebook has the name in its header and in its address, and changes them only where the file is
 * renamed at that very page: who reloads it elsewhere is told that there is no such file.
 */
export const pageName: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:page-name',
  description: 'Has the page of a document go by the name of its file.',
  autoStart: true,
  activate: ({ docRegistry, shell }: JupyterFrontEnd) => {
    onDocumentWidget(docRegistry, widget => {
      let { path } = widget.context;
      widget.context.pathChanged.connect((_, now) => {
        if (shell.currentWidget === widget) {
          renamePage(path, now);
        }
        path = now;
      }, widget);
    });
  }
};

/** Have the page be that of the document at `to`, which was at `from`. */
export function renamePage(from: string, to: string): void {
  const address = new URL(window.location.href);
  const base = new URL(PageConfig.getBaseUrl()).pathname;
  const [, kind] = /^(notebooks|edit)\//.exec(address.pathname.slice(base.length)) ?? [];
  if (kind !== undefined) {
    address.pathname = `${base}${kind}/${URLExt.encodeParts(to)}`;
    window.history.replaceState(window.history.state, '', address);
    const header = document.querySelector('#jp-title h1');
    if (header !== null) {
      header.textContent = PathExt.basename(to).replace(/\.ipynb$/, '');
    }
  }
  // JupyterLab names the browser's tab as it stores its layout, of which guests have none.
  const was = tabName(from);
  if (document.title.startsWith(was)) {
    document.title = tabName(to) + document.title.slice(was.length);
  }
}

/** How JupyterLab's name for the browser's tab begins with a document at `path` in front. */
function tabName(path: string): string {
  const name = PathExt.basename(path);
  return `${name.length > 15 ? `${name.slice(0, 12)}…` : name} - `;
}
