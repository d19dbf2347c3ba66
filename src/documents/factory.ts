import type { ISharedModelFactory } from '@jupyter/collaborative-drive';
import type { DocumentChange, ISharedDocument } from '@jupyter/ydoc';
import { YDocument, YNotebook } from '@jupyter/ydoc';
import type { Contents, SharedDocumentFactory } from '@jupyterlab/services';

import { editOnlyWhatDiffers } from './leastedits';
import { followReplaced } from './replaced';

/** Makes the shared models of documents that are opened together. */
export class SharedModelFactory implements ISharedModelFactory {
  /** `onCreate` gets each new model that can be shared, before anything is in it. */
  constructor(
    readonly collaborative: boolean,
    private readonly _onCreate: (
      options: Contents.ISharedFactoryOptions & { readonly format: string },
      model: YDocument<DocumentChange>
    ) => void
  ) {
    if (collaborative) {
      editOnlyWhatDiffers();
    }
  }

  readonly documentFactories = new Map<Contents.ContentType, SharedDocumentFactory>();

  registerDocumentFactory(type: Contents.ContentType, factory: SharedDocumentFactory): void {
    if (this.documentFactories.has(type)) {
      throw new Error(`The content type ${type} already has a factory`);
    }
    this.documentFactories.set(type, factory);
  }

  /** A model that is kept in sync, or nothing where the document is for one person only. */
  createNew(options: Contents.ISharedFactoryOptions): ISharedDocument | undefined {
    const { format } = options;
    if (!this.collaborative || options.collaborative === false || typeof format !== 'string') {
      return undefined;
    }
    const model = this.create(options);
    if (model instanceof YNotebook) {
      followReplaced(model);
    }
    if (model !== null) {
      leaveSavedToServer(model);
      this._onCreate({ ...options, format }, model);
    }
    return model ?? undefined;
  }

  /** A model that is not kept in sync. Only Yjs documents can be shared. */
  create(options: Contents.ISharedFactoryOptions): YDocument<DocumentChange> | null {
    const model = this._factoryFor(options)?.(options);
    return model instanceof YDocument ? model : null;
  }

  /** Any text is a file where nothing better is known about it; bytes are none. */
  private _factoryFor({ contentType, format }: Contents.ISharedFactoryOptions) {
    if (format === 'base64' && contentType === 'file') {
      return undefined;
    }
    const factory = this.documentFactories.get(contentType);
    return factory ?? (format === 'text' ? this.documentFactories.get('file') : undefined);
  }
}

/**
 * Only the server says that a document is saved. JupyterLab takes it for granted after each save, and
 * writes it into the document: an edit that nobody needs, and that the server may not have yet as
 * the document is closed, so that this browser would keep it and say that something is missing.
 */
function leaveSavedToServer(model: YDocument<DocumentChange>): void {
  Object.defineProperty(model, 'dirty', {
    get: () => model.ystate.get('dirty') === true,
    set: (dirty: boolean) => {
      if (dirty) {
        model.transact(() => model.setState('dirty', true), false);
      }
    }
  });
}
