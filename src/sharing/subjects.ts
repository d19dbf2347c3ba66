import { LabShell } from '@jupyterlab/application';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

import type { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import type { Page } from './address';
import type { Subject } from './subject';

/** What can be shared at this page: the document in front, or any file or folder. */
export class Subjects {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _provider: CollabContentProvider,
    private readonly _browsers: IFileBrowserFactory | null
  ) {}

  get page(): Page {
    const { shell } = this._app;
    const isNotebook = PageConfig.getOption('notebookPage') !== '';
    const isSingle = shell instanceof LabShell && shell.mode === 'single-document';
    const app = isNotebook ? 'notebook' : isSingle ? 'doc' : 'lab';
    return { base: PageConfig.getBaseUrl(), app, here: window.location.href };
  }

  /** The document in front, if one is. */
  get current(): Subject | null {
    const { currentWidget } = this._app.shell;
    return currentWidget === null ? null : this.of(currentWidget);
  }

  /** What is selected in the file browser, if it is one thing. */
  get selected(): Subject | null {
    const [first, ...others] = this._browsers?.tracker.currentWidget?.selectedItems() ?? [];
    return first === undefined || others.length > 0 ? null : this.at(first.path, first.type);
  }

  /** The document that a widget shows. */
  of(widget: Widget): Subject | null {
    // The document manager knows a widget only once its toolbar is made: ask the widget itself.
    return widget instanceof DocumentWidget
      ? this._opened((widget as DocumentWidget).context)
      : null;
  }

  /** Something that need not be open. */
  at(path: string, type: Contents.ContentType = 'file'): Subject {
    const { contents } = this._app.serviceManager;
    const local = contents.localPath(path);
    const kind = type === 'directory' || type === 'notebook' ? type : this._kindOf(local);
    const isElsewhere = contents.driveName(path) !== '';
    const provider = isElsewhere ? undefined : this._find(local);
    if (provider !== undefined) {
      return together(provider, kind);
    }
    const obstacle = isElsewhere
      ? 'other-drive'
      : kind === 'directory'
        ? 'directory'
        : this._isBinary(local)
          ? 'binary'
          : null;
    return { path: isElsewhere ? path : local, kind, room: null, obstacle };
  }

  private _opened(context: DocumentRegistry.Context): Subject {
    const provider = this._provider.find(context.model.sharedModel);
    const subject = this.at(context.path);
    return provider === null
      ? { ...subject, room: null, obstacle: subject.obstacle ?? 'alone' }
      : together(provider, subject.kind);
  }

  private _find(path: string): DocumentProvider | undefined {
    return this._provider.documents.find(document => document.path === path);
  }

  private _kindOf(path: string): 'notebook' | 'file' {
    return this._typeOf(path)?.contentType === 'notebook' ? 'notebook' : 'file';
  }

  private _isBinary(path: string): boolean {
    return this._typeOf(path)?.fileFormat === 'base64';
  }

  private _typeOf(path: string): DocumentRegistry.IFileType | undefined {
    return this._app.docRegistry.getFileTypesForPath(path)[0];
  }
}

/** What is open together has its path from the server, also when it is moved. */
function together(provider: DocumentProvider, kind: Subject['kind']): Subject {
  const { format, contentType } = provider;
  return {
    get path() {
      return provider.path;
    },
    kind,
    room: { format, type: contentType },
    obstacle: null
  };
}
