import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { Awareness } from 'y-protocols/awareness';
import { Doc } from 'yjs';

import type { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import type { Identity } from '../people/identity';
import { publishUser } from '../people/publish';
import type { ClientChanges } from '../presence';
import type { SessionState } from '../session';

type Shared = Pick<
  DocumentProvider,
  'path' | 'contentType' | 'model' | 'isDisposed' | 'state' | 'stateChanged'
>;

/**
 * Who is in the documents that are open here. Nothing of it is sent: it is put together of what the
 * documents tell. To guests it is everybody, as who else is on the server is no business of theirs;
 * for others it has those who are in documents and nowhere else, such as guests and programs.
 */
export class Circle extends Awareness {
  /** `_identity` is that of a guest: all others are known by the lobby. */
  constructor(private readonly _identity: Identity | null) {
    super(new Doc());
    if (_identity !== null) {
      publishUser(this, _identity);
    }
  }

  readonly hasServer = false;

  /** Whether a document had a connection and has none, so that nobody in it is to be seen. */
  get isLost(): boolean {
    return this._lost.size > 0;
  }

  /** `isLost` is another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
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
    const ids: Ids = new Map();
    const take = (changed: ClientChanges) => this._take(document, ids, changed);
    awareness.on('change', take);
    const onState = (_: unknown, { link, path }: SessionState) => {
      if (path !== followed.path) {
        followed.path = path;
        take({ added: [], updated: clients(), removed: [] });
      }
      this._setLost(document, link.kind !== 'synced' && followed.since !== -1);
      // The server knows us now, and which colour we have among those who are here.
      if (link.kind === 'synced' && link.since !== followed.since) {
        followed.since = link.since;
        void this._identity?.refresh();
      }
    };
    document.stateChanged.connect(onState);
    awareness.on('destroy', () => {
      // A document that is closed without a connection tells of that until its end.
      document.stateChanged.disconnect(onState);
      take({ added: [], updated: [], removed: clients() });
      this._setLost(document, false);
    });
    take({ added: clients(), updated: [], removed: [] });
  }

  private _setLost(document: Shared, isLost: boolean): void {
    const wasLost = this.isLost;
    if (isLost) {
      this._lost.add(document);
    } else {
      this._lost.delete(document);
    }
    if (this.isLost !== wasLost) {
      this._changed.emit();
    }
  }

  private _take(document: Shared, ids: Ids, { added, updated, removed }: ClientChanges): void {
    const { path, contentType, model } = document;
    const idOf = (client: number) => {
      const id = ids.get(client) ?? --this._lastId;
      ids.set(client, id);
      return id;
    };
    const isOther = (client: number) => client !== model.awareness.clientID;
    const idsOf = (clients: readonly number[]) => clients.filter(isOther).map(idOf);
    const current = `${contentType === 'notebook' ? 'notebook' : 'editor'}:${path}`;
    for (const client of [...added, ...updated].filter(isOther)) {
      const state = model.awareness.getStates().get(client);
      this.states.set(idOf(client), { ...state, current, documents: [path] });
    }
    const here = { added: idsOf(added), updated: idsOf(updated), removed: idsOf(removed) };
    here.removed.forEach(id => this.states.delete(id));
    removed.forEach(client => ids.delete(client));
    this.emit('change', [here, this]);
  }

  /** Below zero, where no client of Yjs is. */
  private _lastId = 0;
  private readonly _lost = new Set<Shared>();
  private readonly _changed = new Signal<this, void>(this);
}

/** The ids that clients of a document have here: another document may have clients of the same ids. */
type Ids = Map<number, number>;
