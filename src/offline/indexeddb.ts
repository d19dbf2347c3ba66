import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';

import type { Entry, Piece, Shelf } from './shelf';

interface Schema extends DBSchema {
  entries: { key: string; value: Entry };
  pieces: { key: number; value: Piece & { readonly entry: string }; indexes: { entry: string } };
}

const VERSION = 1;
const STORES = ['entries', 'pieces'] as const;

type Transaction = IDBPTransaction<Schema, typeof STORES, 'readwrite'>;

/**
 * Entries in the browser's own database.
 *
 * One database for all of them: they can be listed in every browser, and an entry comes and goes
 * with its pieces in one transaction, whose failure (the disk is full) is known.
 */
export class IndexedDbShelf implements Shelf {
  constructor(private readonly _name = 'jupyter-collab') {}

  async write(
    entry: Entry,
    pieces: readonly Piece[],
    instead: readonly string[] = []
  ): Promise<void> {
    const transaction = (await this._open()).transaction(STORES, 'readwrite');
    const [entries, store] = [
      transaction.objectStore('entries'),
      transaction.objectStore('pieces')
    ];
    await Promise.all([
      entries.put(entry),
      ...pieces.map(piece => store.add({ ...piece, entry: entry.id })),
      ...instead.map(id => erase(transaction, id)),
      transaction.done
    ]);
  }

  async list(): Promise<Entry[]> {
    return (await this._open()).getAll('entries');
  }

  async read(id: string): Promise<Piece[]> {
    return (await this._open()).getAllFromIndex('pieces', 'entry', id);
  }

  async remove(id: string): Promise<void> {
    const transaction = (await this._open()).transaction(STORES, 'readwrite');
    await Promise.all([erase(transaction, id), transaction.done]);
  }

  /** One connection for all, opened again where the last attempt failed or the browser closed it. */
  private _open(): Promise<IDBPDatabase<Schema>> {
    this._database ??= this._connect().catch((error: unknown) => {
      this._database = null;
      throw error;
    });
    return this._database;
  }

  private async _connect(): Promise<IDBPDatabase<Schema>> {
    const forget = () => (this._database = null);
    const database = await openDB<Schema>(this._name, VERSION, {
      upgrade: fresh => {
        fresh.createObjectStore('entries', { keyPath: 'id' });
        fresh.createObjectStore('pieces', { autoIncrement: true }).createIndex('entry', 'entry');
      },
      // A newer version of this extension, in another tab, must not have to wait for us.
      blocking: () => {
        forget();
        database.close();
      },
      terminated: forget
    });
    return database;
  }

  private _database: Promise<IDBPDatabase<Schema>> | null = null;
}

async function erase(transaction: Transaction, id: string): Promise<void> {
  const pieces = transaction.objectStore('pieces');
  const keys = await pieces.index('entry').getAllKeys(id);
  await Promise.all([
    transaction.objectStore('entries').delete(id),
    ...keys.map(key => pieces.delete(key))
  ]);
}
