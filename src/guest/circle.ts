import { Awareness } from 'y-protocols/awareness';
import { Doc } from 'yjs';

import type { CollabContentProvider } from '../documents/drive';
import type { Identity } from '../people/identity';
import { publishUser } from '../people/publish';
import type { DocumentProvider } from '../documents/provider';

type Shared = Pick<
  DocumentProvider,
  'path' | 'contentType' | 'model' | 'isDisposed' | 'state' | 'stateChanged'
>;

/**
 * Who is in the documents that a guest has open, in the place of everybody on the server, which is
 * no business of guests. Nothing of it is sent: it is put together of what the documents tell.
 */
export class Circle extends Awareness {
  constructor(private readonly _identity: Identity) {
    super(new Doc());
    publishUser(this, _identity);
  }

  /** Follow all documents of `provider`, those too that are still to be opened. */
  join(provider: CollabContentProvider): void {
    provider.documents.forEach(document => this.add(document));
    provider.documentOpened.connect((_, document) => this.add(document));
  }

  add(document: Shared): void {
    const { awareness } = document.model;
    const followed = { path: document.path, since: -1 };
    const clients = () => [...awareness.getStates().keys()];
    const take = (changed: Change) => this._take(document, changed);
    awareness.on('change', take);
    awareness.on('destroy', () => {
      this._take(document, { added: [], updated: [], removed: clients() });
    });
    document.stateChanged.connect((_, { link, path }) => {
      if (path !== followed.path) {
        followed.path = path;
        take({ added: [], updated: clients(), removed: [] });
      }
      // The server knows us now, and which colour we have among those who are here.
      if (link.kind === 'synced' && link.since !== followed.since) {
        followed.since = link.since;
        void this._identity.refresh();
      }
    });
    take({ added: clients(), updated: [], removed: [] });
  }

  private _take(document: Shared, { added, updated, removed }: Change): void {
    const { path, contentType, model } = document;
    const isOther = (client: number) => client !== model.awareness.clientID;
    const current = `${contentType === 'notebook' ? 'notebook' : 'editor'}:${path}`;
    for (const client of [...added, ...updated].filter(isOther)) {
      const state = model.awareness.getStates().get(client);
      this.states.set(client, { ...state, current, documents: [path] });
    }
    const gone = removed.filter(isOther);
    gone.forEach(client => this.states.delete(client));
    const here = { added: added.filter(isOther), updated: updated.filter(isOther), removed: gone };
    this.emit('change', [here, this]);
  }
}

/** Ids of clients of an awareness. */
interface Change {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}
