import type { IDocumentProvider } from '@jupyter/collaborative-drive';
import { YNotebook } from '@jupyter/ydoc';
import type { DocumentChange, YDocument } from '@jupyter/ydoc';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { DisposableSet } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { explainRefusal, explainSave } from '../explain';
import { Shelter } from '../offline';
import type { OfflineStorage, Piece } from '../offline';
import { ServerLine, SessionDriver, unsynced, watchPage } from '../session';
import type { Line, Occurrence, SessionState } from '../session';
import { largestUpdate } from './oversize';
import { AwarenessPresence } from './presence';
import { YReplica } from './replica';
import { UnloadGuard } from './unload';

/**
 * Keeps one shared model in sync with the server.
 *
 * `ready` resolves when the model first has the document's content, and `shown` as soon as there is
 * enough of it to be shown. Both reject, with words for people, when the document cannot be opened,
 * and nothing is tried any more after that.
 */
export class DocumentProvider implements IDocumentProvider {
  constructor(private readonly _options: DocumentProvider.IOptions) {
    const { model, path, format, contentType, settings } = _options;
    const { replica, presence, driver, shelter } = this._connectParts(path);
    this._driver = driver;
    this._replica = replica;
    this.shelter = shelter;
    // First of all: what is left behind is read from the document as it is.
    if (shelter !== null) {
      this._parts.add(shelter);
      shelter.keptChanged.connect(() => this._stateChanged.emit(this.state));
    }
    this._parts.add(replica);
    this._parts.add(presence);
    this._parts.add(driver);
    this._parts.add(watchPage(driver, settings.baseUrl));
    this._parts.add(this._guard);
    this.format = format;
    this.contentType = contentType;
    this.model = model;
    driver.stateChanged.connect(this._onStateChanged, this);
    // A document that fails to open tells those who wait for it; nobody needs to.
    for (const { promise } of [this._ready, this._shown]) {
      promise.catch(() => undefined);
    }
    driver.tell({ type: 'started' });
  }

  readonly format: string;

  readonly contentType: string;

  readonly model: DocumentProvider.Model;

  /** Keeps what was written here when the page goes; `null` where nothing does. */
  readonly shelter: Shelter | null;

  get ready(): Promise<void> {
    return this._ready.promise;
  }

  /** Of a large notebook the cells come before their outputs, which `ready` waits for. */
  get shown(): Promise<void> {
    return this._shown.promise;
  }

  get isDisposed(): boolean {
    return this._parts.isDisposed;
  }

  /** Where the document's file is; it follows renames. */
  get path(): string {
    return this._driver.state.path;
  }

  /** Which file it is, and how that is read. */
  get key(): string {
    return `${this.format}:${this.contentType}:${this.path}`;
  }

  get state(): SessionState {
    return this._driver.state;
  }

  /** Whether the page has all that the server has, and hears of others. */
  get isSynced(): boolean {
    return this.state.link.kind === 'synced';
  }

  get stateChanged(): ISignal<this, SessionState> {
    return this._stateChanged;
  }

  /** Something was put in that was larger than the server takes, in bytes, and was taken back. */
  get takenBack(): ISignal<this, number> {
    return this._takenBack;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const { trans } = this._options;
    this._fail(new Error(trans.__('%1 was closed before it was open.', this.path)));
    this._parts.dispose();
    Signal.clearData(this);
  }

  /** Have the server write the file; rejects, with words for people, when it could not. */
  async save(): Promise<void> {
    const result = await this._driver.save();
    if (!result.ok) {
      throw new Error(explainSave(this._options.trans, result, this.path));
    }
  }

  /** Begin again with a new connection. */
  reconnect(): Promise<void> {
    this._driver.tell({ type: 'reconnectAsked' });
    return Promise.resolve();
  }

  /** Someone else than the room says that the file has another name. */
  follow(path: string): void {
    if (path !== this.path) {
      this._driver.tell({ type: 'renamed', path });
    }
  }

  /**
   * The document as it is left for another history, and which changes in it are not known to be in
   * the file; nothing where nobody may write, or where not all of it came and nothing was written.
   */
  pieces(): Piece[] {
    const { access, partial, edits } = this.state;
    return access === 'edit' && (!partial || edits.made > 0) ? this._replica.pieces() : [];
  }

  /** What was kept of this very history goes to the server, which had lost it. */
  bringBack(pieces: readonly Piece[]): void {
    this._replica.bringBack(pieces);
  }

  private _connectParts(path: string) {
    const { model, format, contentType, settings, offline = null } = this._options;
    const { maxFrame = Infinity } = this._options;
    const note = (update: Uint8Array, isNews: boolean, pieces: readonly Piece[]) => {
      shelter?.note(pieces);
      if (isNews) {
        driver.tell({ type: 'edited', update });
      }
    };
    const replica = new YReplica(model.ydoc, note, largestUpdate(maxFrame), size =>
      this._takenBack.emit(size)
    );
    const tell = (occurrence: Occurrence) => driver.tell(occurrence);
    const shelter = offline === null ? null : new Shelter({ storage: offline, replica, tell });
    const presence = new AwarenessPresence(model.awareness, () => driver.tell({ type: 'moved' }));
    const server = this._options.line ?? new ServerLine({ settings, format, contentType });
    const line = shelter?.wrap(server) ?? server;
    const subject = { kind: 'document', format, contentType } as const;
    const parts = { subject, path, replica, presence, line, maxFrame };
    const driver: SessionDriver = new SessionDriver(parts);
    return { replica, presence, driver, shelter };
  }

  private readonly _onStateChanged = (_: SessionDriver, state: SessionState): void => {
    const { link } = state;
    if (link.kind === 'synced') {
      this._shown.resolve();
      this._ready.resolve();
    } else if (state.partial && hasCells(this.model)) {
      this._shown.resolve();
    } else if (link.kind === 'refused') {
      this._fail(new Error(explainRefusal(this._options.trans, link, state.path)));
    }
    this.shelter?.look(state);
    this._guard.update(unsynced(state) > 0);
    this._stateChanged.emit(state);
  };

  private _fail(error: Error): void {
    this._shown.reject(error);
    this._ready.reject(error);
  }

  private readonly _driver: SessionDriver;
  private readonly _replica: YReplica;
  private readonly _guard = new UnloadGuard();
  private readonly _parts = new DisposableSet();
  private readonly _ready = new PromiseDelegate<void>();
  private readonly _shown = new PromiseDelegate<void>();
  private readonly _stateChanged = new Signal<this, SessionState>(this);
  private readonly _takenBack = new Signal<this, number>(this);
}

/** Cells come before large outputs; what others write meanwhile waits for all of them. */
function hasCells(model: DocumentProvider.Model): boolean {
  return model instanceof YNotebook && model.cells.length > 0;
}

export namespace DocumentProvider {
  export type Model = YDocument<DocumentChange>;

  export interface IOptions {
    readonly path: string;
    readonly format: string;
    readonly contentType: string;
    readonly model: Model;
    readonly settings: ServerConnection.ISettings;
    readonly trans: TranslationBundle;
    /** Where the browser keeps what the server does not have; without it, nothing is kept. */
    readonly offline?: OfflineStorage | null;
    /** How many bytes the server takes in one frame. */
    readonly maxFrame?: number;
    /** Another way to the server, for tests. */
    readonly line?: Line;
  }
}
