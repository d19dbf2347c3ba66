import type { IDisposable } from '@lumino/disposable';
import { UUID } from '@lumino/coreutils';

import type { Owners } from './owners';
import type { Entry, Piece, Shelf } from './shelf';

/** So long is kept what nobody comes back for, in milliseconds. */
export const EXPIRY = 30 * 24 * 3600 * 1000;

/** A database, or a server, that does not answer must not keep a document from being opened. */
const PATIENCE = 3_000;

async function inTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>(resolve => (timer = setTimeout(() => resolve(null), PATIENCE)));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Which document, and which history of it. */
export type Subject = Pick<Entry, 'room' | 'path' | 'lineage'>;

/** What one person keeps in this browser of the documents of one server. */
export class OfflineStorage {
  constructor(private readonly _options: OfflineStorage.IOptions) {}

  /** Begin a new entry; nothing is written before there is a piece of it. */
  begin(subject: Subject, onFailure: (error: unknown) => void): EntryWriter {
    return new EntryWriter(this._options, subject, onFailure);
  }

  /**
   * Take over what pages that are gone have left of a document: nobody else will, until it is
   * released. Where the file was replaced, and so is another document now, its path tells.
   */
  async claim(subject: Pick<Subject, 'room' | 'path'>): Promise<Leftover[]> {
    const entries = (await inTime(this.list())) ?? [];
    const same = entries.filter(({ room }) => room === subject.room);
    const former = entries.filter(entry => isAtPlaceOf(entry, subject));
    const replaced = (await inTime(this._replaced(former))) ?? [];
    const claimed = await Promise.all([...same, ...replaced].map(entry => this._tryToTake(entry)));
    return claimed.filter(leftover => leftover !== null);
  }

  /** All that this person has here for this server, whoever looks after it. */
  async list(): Promise<Entry[]> {
    const { shelf, server } = this._options;
    const user = await this._options.user();
    return (await shelf.list()).filter(entry => entry.server === server && entry.user === user);
  }

  /** Entries that no page looks after, with the path at which their file is now. */
  async abandoned(): Promise<Entry[]> {
    const { owners } = this._options;
    const entries = (await this.list()).filter(({ edits }) => edits > 0);
    const free = await Promise.all(entries.map(({ id }) => owners.isFree(id)));
    const found = entries.filter((_, index) => free[index]);
    const paths = await Promise.all(found.map(({ room }) => this._pathOf(room)));
    return found.map((entry, index) => ({ ...entry, path: paths[index] ?? entry.path }));
  }

  /** Remove what nobody has come back for; returns what of it was this person's. */
  async expire(): Promise<Entry[]> {
    const { shelf, owners } = this._options;
    const mine = new Set((await this.list()).map(({ id }) => id));
    const old = (await shelf.list()).filter(({ at }) => at + EXPIRY < Date.now());
    const gone = await Promise.all(
      old.map(async entry => {
        const claim = await owners.claim(entry.id);
        if (claim === null) {
          return [];
        }
        await shelf.remove(entry.id);
        claim.dispose();
        return [entry];
      })
    );
    return gone.flat().filter(({ id }) => mine.has(id));
  }

  /**
   * Those whose file is not anywhere else by now. What belongs to one that was only renamed waits for
   * that, as long as nobody says anything else: it must never get into another document.
   */
  private async _replaced(entries: readonly Entry[]): Promise<Entry[]> {
    const paths = await Promise.all(entries.map(({ room }) => this._pathOf(room)));
    return entries.filter(({ path }, index) => paths[index] === null || paths[index] === path);
  }

  /** Where the file of a room is, `null` where it is gone, and nothing where that is not known. */
  private async _pathOf(room: string): Promise<string | null | undefined> {
    try {
      return await this._options.pathOf(fileIdOf(room));
    } catch (error) {
      console.warn('The server does not say where a file is:', error);
      return undefined;
    }
  }

  /** One that the browser cannot give, or get rid of, must not keep the others back. */
  private async _tryToTake(entry: Entry): Promise<Leftover | null> {
    const claim = await this._options.owners.claim(entry.id);
    try {
      return claim === null ? null : await this._take(entry, claim);
    } catch (error) {
      console.warn('Something that this browser has kept cannot be read or removed:', error);
      claim?.dispose();
      return null;
    }
  }

  private async _take(entry: Entry, claim: IDisposable): Promise<Leftover | null> {
    const { shelf } = this._options;
    const pieces = await shelf.read(entry.id);
    if (entry.edits > 0 && pieces.length > 0) {
      return new Leftover(shelf, entry, pieces, claim);
    }
    // Its page ended after the server had it all, or somebody else was faster.
    await shelf.remove(entry.id);
    claim.dispose();
    return null;
  }
}

export namespace OfflineStorage {
  export interface IOptions {
    readonly shelf: Shelf;
    readonly owners: Owners;
    readonly server: string;
    /** The name by which the server knows this person. */
    readonly user: () => Promise<string>;
    /** Where the file with this id is; `null` where the server knows of none, raises if it says nothing. */
    readonly pathOf: (fileId: string) => Promise<string | null>;
  }
}

/** What is not needed any more, or has to wait for somebody else. */
export interface Keepsake {
  readonly id: string;
  /** The server has all of it. */
  remove(): Promise<void>;
  /** It is still needed, but not looked after any more: the next page may take it over. */
  release(): void;
}

/** What a page that is gone has left of a document. */
export class Leftover implements Keepsake {
  constructor(
    private readonly _shelf: Shelf,
    readonly entry: Entry,
    readonly pieces: readonly Piece[],
    private readonly _claim: IDisposable
  ) {}

  get id(): string {
    return this.entry.id;
  }

  async remove(): Promise<void> {
    await this._shelf.remove(this.id);
    this._claim.dispose();
  }

  release(): void {
    this._claim.dispose();
  }
}

/** Writes one entry: what comes while a write is under way goes together into the next. */
export class EntryWriter implements Keepsake {
  constructor(
    private readonly _options: OfflineStorage.IOptions,
    private readonly _subject: Subject,
    private readonly _onFailure: (error: unknown) => void
  ) {
    this.written = new Promise(resolve => (this._resolveWritten = resolve));
  }

  /** Resolves when the first pieces are there. */
  readonly written: Promise<void>;

  get isWritten(): boolean {
    return this._isWritten;
  }

  /** Add pieces; there are `edits` changes now that the server does not have. */
  add(pieces: readonly Piece[], edits: number): void {
    if (this._isOver) {
      return;
    }
    this._waiting.push(...pieces);
    this._edits = edits;
    if (!this._isScheduled) {
      this._isScheduled = true;
      void this._then(() => this._write());
    }
  }

  /** What these have is among the pieces by now: they go as soon as those are written. */
  absorb(keepsakes: readonly Keepsake[]): void {
    if (keepsakes.length > 0) {
      this._absorbed.push(...keepsakes);
      this.add([], this._edits);
    }
  }

  /** What was absorbed, and has not gone yet. */
  giveBack(): Keepsake[] {
    return this._absorbed.splice(0);
  }

  /** Write nothing more, and leave what is written as it is. */
  stop(): void {
    this._isOver = true;
    this._waiting = [];
  }

  remove(): Promise<void> {
    this.stop();
    void this._then(() => this._options.shelf.remove(this.id));
    return this._release();
  }

  release(): void {
    void this._release();
  }

  private async _write(): Promise<void> {
    const { shelf, owners, server, user } = this._options;
    this._claim ??= await owners.claim(this.id);
    const name = await user();
    const pieces = this._waiting;
    this._waiting = [];
    this._isScheduled = false;
    if (this._isOver) {
      return;
    }
    const absorbed = [...this._absorbed];
    const instead = absorbed.map(({ id }) => id);
    const entry = { id: this.id, server, user: name, ...this._subject };
    await shelf.write({ ...entry, edits: this._edits, at: Date.now() }, pieces, instead);
    this._absorbed = this._absorbed.filter(keepsake => !absorbed.includes(keepsake));
    absorbed.forEach(keepsake => keepsake.release());
    this._isWritten = true;
    this._resolveWritten();
  }

  private _release(): Promise<void> {
    return this._then(() => {
      this._claim?.dispose();
      return Promise.resolve();
    });
  }

  /** One thing after the other. */
  private _then(job: () => Promise<void>): Promise<void> {
    this._work = this._work.then(job).catch((error: unknown) => {
      if (!this._isOver) {
        this._onFailure(error);
      }
    });
    return this._work;
  }

  readonly id = UUID.uuid4();
  private _waiting: Piece[] = [];
  private _absorbed: Keepsake[] = [];
  private _edits = 0;
  private _claim: IDisposable | null = null;
  private _isWritten = false;
  private _isScheduled = false;
  private _isOver = false;
  private _work: Promise<void> = Promise.resolve();
  private _resolveWritten: () => void = () => undefined;
}

/** Whether it belongs to a document that was where another one is now. */
function isAtPlaceOf(entry: Entry, { room, path }: Pick<Subject, 'room' | 'path'>): boolean {
  return entry.room !== room && entry.path === path && kindOf(entry.room) === kindOf(room);
}

/** How a room reads its file: `format:type` of `format:type:fileId`. */
function kindOf(room: string): string {
  return room.split(':').slice(0, 2).join(':');
}

function fileIdOf(room: string): string {
  return room.split(':').slice(2).join(':');
}
