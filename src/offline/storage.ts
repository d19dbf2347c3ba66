import type { IDisposable } from '@lumino/disposable';

import { Leftover } from './keepsake';
import type { Entry, Subject } from './shelf';
import { EntryWriter } from './writer';

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
  export interface IOptions extends EntryWriter.IOptions {
    /** Where the file with this id is; `null` where the server knows of none, raises if it says nothing. */
    readonly pathOf: (fileId: string) => Promise<string | null>;
  }
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
