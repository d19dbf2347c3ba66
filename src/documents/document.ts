import { PathExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { Contents } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { SaveStatus } from '../protocol';
import type { DocumentProvider } from './provider';
import { isSame } from './versions';
import type { FileVersions, Version } from './versions';

/**
 * What the contents manager is told about the file of one open document.
 *
 * The server's word on the file arrives over the document's socket. `report` is called with
 * each piece of news before anybody can ask for it, so that no two answers contradict. Nor do
 * those of two documents of one file: they have its version in common.
 */
export class OpenDocument implements IDisposable {
  constructor(
    readonly provider: DocumentProvider,
    private readonly _drive: Contents.IDrive,
    private readonly _versions: FileVersions,
    private readonly _report: (change: Contents.IChangedArgs) => void
  ) {
    this._path = provider.path;
    provider.stateChanged.connect(this._onStateChanged, this);
  }

  get renamed(): ISignal<this, void> {
    return this._renamed;
  }

  get isDisposed(): boolean {
    return this.provider.isDisposed;
  }

  dispose(): void {
    this.provider.dispose();
    Signal.clearData(this);
  }

  /** Whether anybody was told of the file already. */
  get isDescribed(): boolean {
    return this._file !== null;
  }

  /** The file without its content, once the document is open. */
  async describe({ format, type }: View): Promise<Contents.IModel> {
    if (this._file === null) {
      const [file] = await Promise.all([this._fetch(type), this.provider.shown]);
      this._file = file;
    }
    // Without its content, the server tells no format: it depends on who reads.
    return { ...this._file, ...this._news, ...(format ? { format } : {}) };
  }

  /** The file at `from`, or the folder that it is in, is at `to` now. */
  move(from: string, to: string): void {
    const { path } = this.provider;
    if (path === from || path.startsWith(`${from}/`)) {
      // The drive has told everybody itself: this is no news to report.
      this._rename(to + path.slice(from.length));
      this.provider.follow(this._path);
      this._renamed.emit();
    }
  }

  /** The document's own word why it cannot be opened is plainer than that of the drive. */
  private async _fetch(type?: Contents.ContentType): Promise<Contents.IModel> {
    const options = { type, content: false, contentProviderId: undefined };
    try {
      return await this._drive.get(this.provider.path, options);
    } catch (error) {
      if (error instanceof ServerConnection.ResponseError) {
        await this.provider.ready;
      }
      throw error;
    }
  }

  private readonly _onStateChanged = (): void => {
    this._followRename();
    const { status } = this.provider.state;
    if (status !== null && status.save !== this._save) {
      this._save = status.save;
      this._followSave(status.save);
    }
  };

  private _followRename(): void {
    const { path } = this.provider;
    const oldPath = this._path;
    if (path === oldPath) {
      return;
    }
    this._rename(path);
    const newValue = { ...this._file, ...this._news };
    this._report({ type: 'rename', oldValue: { path: oldPath }, newValue });
    this._renamed.emit();
  }

  private _rename(path: string): void {
    this._versions.move(this._path, path);
    this._path = path;
  }

  /** A room that says the same again has nothing to say of what another one has found since. */
  private _followSave({ hash, at }: SaveStatus): void {
    const said = { ...this._said, ...versionOf(hash, at) };
    if (isSame(said, this._said)) {
      return;
    }
    this._said = said;
    const oldValue = { path: this._path, ...this._versions.at(this._path) };
    if (this._versions.tell(this._path, said)) {
      this._report({ type: 'save', oldValue, newValue: { ...this._file, ...this._news } });
    }
  }

  /** What is known of the file without the drive. */
  private get _news(): Version & Pick<Contents.IModel, 'path' | 'name'> {
    const path = this._path;
    return { ...this._versions.at(path), path, name: PathExt.basename(path) };
  }

  private _path: string;
  private _save: SaveStatus | null = null;
  /** The last word of this room. */
  private _said: Version = {};
  private _file: Contents.IModel | null = null;
  private readonly _renamed = new Signal<this, void>(this);
}

/** How the one who asks reads the file. */
type View = Pick<Contents.IFetchOptions, 'format' | 'type'>;

function versionOf(hash: string | undefined, at: number | undefined): Version {
  return {
    ...(hash === undefined ? {} : { hash, hash_algorithm: HASH_ALGORITHM }),
    ...(at === undefined ? {} : { last_modified: new Date(at * 1000).toISOString() })
  };
}

/** What contents managers hash with unless told otherwise; nobody compares it. */
const HASH_ALGORITHM = 'sha256';
