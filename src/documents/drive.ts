import type {
  ICollaborativeContentProvider,
  IDocumentProvider
} from '@jupyter/collaborative-drive';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Doc } from 'yjs';

import type { OfflineStorage, Piece } from '../offline';
import { differenceOf } from '../rebase';
import type { Difference } from '../rebase';
import type { Line } from '../session';
import { OpenDocument } from './document';
import { SharedModelFactory } from './factory';
import { DocumentProvider } from './provider';
import { FileVersions } from './versions';

/** The id under which the drive knows this content provider. */
export const CONTENT_PROVIDER_ID = 'jupyter-collab';

type Options =
  Contents.IFetchOptions | (Partial<Contents.IModel> & Contents.IContentProvisionOptions);

/**
 * Reads and writes documents that are open together: their content comes over a socket, and the
 * server writes the file. Everything else goes to the drive as ever.
 *
 * It is the authority on what is in the file: whoever asks gets the version that the server last
 * told of, and is told of each new one first. So nobody ever finds that "the file has changed".
 */
export class CollabContentProvider implements ICollaborativeContentProvider {
  constructor(private readonly _options: CollabContentProvider.IOptions) {
    this.sharedModelFactory = new SharedModelFactory(_options.collaborative, (options, model) =>
      this._open(options.path, options.format, options.contentType, model)
    );
    if (_options.collaborative) {
      _options.drive.fileChanged.connect(this._onDriveChanged, this);
    }
  }

  readonly sharedModelFactory: SharedModelFactory;

  /** By their keys, as other extensions expect it. */
  get providers(): Map<string, IDocumentProvider> {
    return new Map(this.documents.map(provider => [provider.key, provider]));
  }

  /** Every document that is open together. */
  get documents(): readonly DocumentProvider[] {
    return [...this._documents].map(({ provider }) => provider);
  }

  /** The provider of a shared model, if it has one. */
  find(model: unknown): DocumentProvider | null {
    return this.documents.find(provider => provider.model === model) ?? null;
  }

  get documentOpened(): ISignal<this, DocumentProvider> {
    return this._documentOpened;
  }

  /** Where the browser keeps what the server does not have; `null` where it keeps nothing. */
  get offline(): OfflineStorage | null {
    return this._options.offline ?? null;
  }

  /**
   * What was written in a document, of which there are `pieces`, and is not in `room`; `null` where
   * nobody knows how to make another document of its kind.
   */
  readDifference(
    { path, format, contentType }: DocumentProvider,
    pieces: readonly Piece[],
    room?: Doc
  ): Difference | null {
    const options = { path, format, contentType } as Contents.ISharedFactoryOptions;
    const [base, mine] = [1, 2].map(() => this.sharedModelFactory.create(options));
    if (!base || !mine) {
      return null;
    }
    const difference = differenceOf({ base, mine }, pieces, room);
    [base, mine].forEach(model => model.dispose());
    return difference;
  }

  /** A document has been opened or closed, or its file has another name. */
  get documentsChanged(): ISignal<this, void> {
    return this._documentsChanged;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  async get(path: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const document = this._find(path, options);
    if (document === undefined) {
      return this._options.drive.get(path, { ...options, contentProviderId: undefined });
    }
    return document.describe(options);
  }

  async save(
    path: string,
    options: Partial<Contents.IModel> & Contents.IContentProvisionOptions = {}
  ): Promise<Contents.IModel> {
    const document = this._find(path, options);
    if (document === undefined) {
      return this._options.drive.save(path, { ...options, contentProviderId: undefined });
    }
    await document.provider.save();
    return document.describe(options);
  }

  private _open(
    path: string,
    format: string,
    contentType: string,
    model: DocumentProvider.Model
  ): void {
    const { drive, trans, line, offline, maxFrame } = this._options;
    const settings = drive.serverSettings;
    const provider = new DocumentProvider({
      ...{ path, format, contentType, model },
      ...{ settings, trans, line, offline, maxFrame }
    });
    const document = new OpenDocument(provider, drive, this._versions, this._report);
    this._documents.add(document);
    this._documentOpened.emit(provider);
    model.disposed.connect(() => this._close(document));
    document.renamed.connect(() => this._onDocuments());
    this._onDocuments();
  }

  private _close(document: OpenDocument): void {
    this._documents.delete(document);
    document.dispose();
    this._onDocuments();
  }

  private _onDocuments(): void {
    this._versions.keepOnly(new Set(this.documents.map(({ path }) => path)));
    this._documentsChanged.emit();
  }

  /** A version is news to those who were told of another one, by whichever document of the file. */
  private readonly _report = (change: Contents.IChangedArgs): void => {
    const path = change.newValue?.path;
    if (change.type !== 'save' || this._at(path).some(({ isDescribed }) => isDescribed)) {
      this._fileChanged.emit(change);
    }
  };

  /**
   * Who asks without a format, as for the file's version only, means any view of the file: one that
   * need not be waited for, if there is one.
   */
  private _find(path: string, { format, type }: Options): OpenDocument | undefined {
    const here = this._at(path);
    return type !== undefined && format !== undefined && format !== null
      ? here.find(({ provider }) => provider.format === format && provider.contentType === type)
      : (here.find(({ isDescribed }) => isDescribed) ?? here[0]);
  }

  /** The documents of the file, the one that was opened last first. */
  private _at(path: string | undefined): readonly OpenDocument[] {
    return [...this._documents].filter(({ provider }) => provider.path === path).reverse();
  }

  private readonly _onDriveChanged = (_: Contents.IDrive, change: Contents.IChangedArgs): void => {
    const from = change.oldValue?.path;
    const to = change.newValue?.path;
    if (change.type === 'rename' && from !== undefined && to !== undefined) {
      this._documents.forEach(document => document.move(from, to));
    }
  };

  private readonly _documents = new Set<OpenDocument>();
  private readonly _versions = new FileVersions();
  private readonly _documentOpened = new Signal<this, DocumentProvider>(this);
  private readonly _documentsChanged = new Signal<this, void>(this);
  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}

export namespace CollabContentProvider {
  export interface IOptions {
    /** Where not, this provider has no documents and hands everything to the drive. */
    readonly collaborative: boolean;
    readonly drive: Contents.IDrive;
    readonly trans: TranslationBundle;
    /** Where the browser keeps what the server does not have; without it, nothing is kept. */
    readonly offline?: OfflineStorage | null;
    /** How many bytes the server takes in one frame. */
    readonly maxFrame?: number;
    /** Another way to the server, for tests. */
    readonly line?: Line;
  }
}
