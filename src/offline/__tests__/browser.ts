/** A browser in the hands of a test: its database, and who of its pages looks after what. */
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import type { Owners } from '../owners';
import type { Entry, Piece, Shelf } from '../shelf';
import { OfflineStorage } from '../storage';

export class MemoryShelf implements Shelf {
  readonly entries = new Map<string, { entry: Entry; pieces: Piece[] }>();
  /** What the next writes fail with. */
  error: Error | null = null;

  write(entry: Entry, pieces: readonly Piece[], instead: readonly string[] = []): Promise<void> {
    if (this.error !== null) {
      return Promise.reject(this.error);
    }
    const known = this.entries.get(entry.id)?.pieces ?? [];
    this.entries.set(entry.id, { entry, pieces: [...known, ...pieces] });
    instead.forEach(id => this.entries.delete(id));
    return Promise.resolve();
  }

  list(): Promise<Entry[]> {
    return Promise.resolve([...this.entries.values()].map(({ entry }) => entry));
  }

  read(id: string): Promise<Piece[]> {
    return Promise.resolve(this.entries.get(id)?.pieces ?? []);
  }

  remove(id: string): Promise<void> {
    this.entries.delete(id);
    return Promise.resolve();
  }
}

/** Who looks after what, for the pages of one browser. */
export class MemoryOwners implements Owners {
  readonly held = new Set<string>();

  claim(id: string): Promise<IDisposable | null> {
    if (this.held.has(id)) {
      return Promise.resolve(null);
    }
    this.held.add(id);
    return Promise.resolve(new DisposableDelegate(() => this.held.delete(id)));
  }

  isFree(id: string): Promise<boolean> {
    return Promise.resolve(!this.held.has(id));
  }
}

export class Browser {
  readonly shelf = new MemoryShelf();
  readonly owners = new MemoryOwners();
  /** Where the server has the files, by id. It says nothing of any of them where there is none. */
  files: Map<string, string> | null = new Map();

  /** What a page of `user` sees of it. */
  page(user = 'ada', server = 'https://hub/'): OfflineStorage {
    const { shelf, owners } = this;
    const pathOf = (id: string) =>
      this.files === null
        ? Promise.reject(new Error('Not allowed'))
        : Promise.resolve(this.files.get(id) ?? null);
    return new OfflineStorage({ shelf, owners, server, user: () => Promise.resolve(user), pathOf });
  }

  /** All pages end at once, without a last word. */
  crash(): void {
    this.owners.held.clear();
  }
}

/** Let all that is under way in the database come to its end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
  }
}
