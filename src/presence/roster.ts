import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Awareness } from 'y-protocols/awareness';
import type { Transaction } from 'yjs';

import { gather } from './people';
import type { Activity, Peer, Person } from './people';
import { readUser } from './user';

export type { Activity, Peer, Person } from './people';
export type { User } from './user';

/** For so long after an edit somebody counts as typing, in milliseconds. */
export const TYPING_FOR = 3_000;

/** Changes that come within this time are told together, in milliseconds. */
export const BATCH = 50;

/** What an awareness tells of those whose states have changed: the ids of their clients. */
export interface ClientChanges {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/** What has changed since the last time, all of it at once. */
export interface RosterChange {
  readonly added: readonly Peer[];
  readonly removed: readonly Peer[];
  /** Clients whose state, identity or activity is another one now. */
  readonly updated: readonly Peer[];
}

/**
 * Who else has a document open, or is on the server: an awareness, read and kept in order.
 *
 * `peers` are the other clients, one for each page. `people` are the persons behind them, ourself
 * included where we have said who we are, and in the order in which they came.
 */
export class Roster implements IDisposable {
  constructor(
    readonly awareness: Awareness,
    private readonly _now: () => number = Date.now
  ) {
    awareness.on('change', this._onChange);
    awareness.doc.on('afterTransaction', this._onTransaction);
    [...awareness.getStates().keys()].forEach(client => this._take(client));
    this._told();
  }

  /** The other clients, by id. */
  get peers(): ReadonlyMap<number, Peer> {
    return this._peers;
  }

  /** Everybody, each person once. */
  get people(): readonly Person[] {
    this._people ??= this._gather();
    return this._people;
  }

  /** Everybody but ourself. */
  get others(): readonly Person[] {
    return this.people.filter(person => !person.isSelf);
  }

  /** Our own client, once it has said who we are. */
  get self(): Peer | null {
    return this._self;
  }

  /** Somebody else, by user name. */
  named(username: string | undefined): Person | null {
    return this.others.find(({ user }) => user.username === username) ?? null;
  }

  /** The other client of that id, as long as it is here. */
  find(client: number): Peer | null {
    return this._peers.get(client) ?? null;
  }

  /** Have the people of `other` here as well, where they are not here themselves. */
  include(other: Roster): void {
    this._included = other;
    this._people = null;
    other.changed.connect(this._onIncluded);
  }

  /** Something has changed; emitted at most once in `BATCH`. */
  get changed(): ISignal<this, RosterChange> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._quiet.forEach(clearTimeout);
    this._included?.changed.disconnect(this._onIncluded);
    this.awareness.off('change', this._onChange);
    this.awareness.doc.off('afterTransaction', this._onTransaction);
    Signal.clearData(this);
  }

  private readonly _onChange = ({ added, updated, removed }: ClientChanges): void => {
    [...added, ...updated, ...removed].forEach(client => this._take(client));
  };

  /** Read the state of a client, which it may have no more. */
  private _take(client: number): void {
    const state = this.awareness.getStates().get(client);
    const before = this._of(client);
    const after = state === undefined ? null : this._read(client, state, before);
    this._put(client, before, after);
  }

  private _read(client: number, state: Peer['state'], before: Peer | null): Peer | null {
    if (state.user === undefined || state.user === null) {
      return null; // it has not said who it is: an empty state is how every client begins
    }
    const at = this._now();
    return {
      client,
      user: readUser(state.user, `client-${client}`),
      state,
      since: before?.since ?? at,
      lastActive: before !== null && isOnlyRenamed(before.state, state) ? before.lastActive : at,
      activity: activityOf(state, this._quiet.has(client))
    };
  }

  private _of(client: number): Peer | null {
    return client === this.awareness.clientID ? this._self : this.find(client);
  }

  private _put(client: number, before: Peer | null, after: Peer | null): void {
    if (client === this.awareness.clientID) {
      this._self = after;
    } else if (after === null) {
      this._peers.delete(client);
      this._stopTyping(client);
    } else {
      this._peers.set(client, after);
    }
    if (before !== null || after !== null) {
      this._people = null;
      this._tell(client, before);
    }
  }

  private _gather(): readonly Person[] {
    const people = gather([...this._peers.values()], this.self);
    const known = new Set(people.map(({ user }) => user.username));
    const others = this._included?.people.filter(({ user }) => !known.has(user.username));
    return [...people, ...(others ?? [])];
  }

  /** Of those who are here themselves, the included roster tells nothing that is shown. */
  private readonly _onIncluded = (_: Roster, change: RosterChange): void => {
    const here = new Set([...this._peers.values(), this._self].map(peer => peer?.user.username));
    const only = (peers: readonly Peer[]) => peers.filter(({ user }) => !here.has(user.username));
    const told = {
      added: only(change.added),
      removed: only(change.removed),
      updated: only(change.updated)
    };
    if (Object.values(told).flat().length > 0) {
      this._people = null;
      this._changed.emit(told);
    }
  };

  // --- who types: those whose edits arrive

  private readonly _onTransaction = (transaction: Transaction): void => {
    const { beforeState, afterState, local } = transaction;
    if (local || beforeState.size === 0) {
      return; // ours, or the document as it was when we opened it
    }
    for (const [client, peer] of this._peers) {
      if ((afterState.get(client) ?? 0) > (beforeState.get(client) ?? 0)) {
        this._startTyping(peer);
      }
    }
  };

  private _startTyping(peer: Peer): void {
    const { client, state } = peer;
    clearTimeout(this._quiet.get(client));
    this._quiet.set(
      client,
      setTimeout(() => {
        this._stopTyping(client);
        const now = this.find(client);
        this._put(client, now, now && { ...now, activity: activityOf(now.state, false) });
      }, TYPING_FOR)
    );
    const activity = activityOf(state, true);
    this._put(client, peer, { ...peer, activity, lastActive: this._now() });
  }

  private _stopTyping(client: number): void {
    clearTimeout(this._quiet.get(client));
    this._quiet.delete(client);
  }

  // --- telling

  private _tell(client: number, before: Peer | null): void {
    const batch = this._batch;
    if (batch === null) {
      this._batch = new Map([[client, before]]);
      this._timer = setTimeout(() => this._emit(), BATCH);
    } else if (!batch.has(client)) {
      batch.set(client, before);
    }
  }

  private _emit(): void {
    const batch = this._told();
    const change = { added: [] as Peer[], removed: [] as Peer[], updated: [] as Peer[] };
    for (const [client, before] of batch) {
      const after = this._of(client);
      if (after === null) {
        if (before !== null) {
          change.removed.push(before);
        }
      } else {
        change[before === null ? 'added' : 'updated'].push(after);
      }
    }
    if (change.added.length + change.removed.length + change.updated.length > 0) {
      this._changed.emit(change);
    }
  }

  private _told(): ReadonlyMap<number, Peer | null> {
    const batch = this._batch ?? new Map<number, Peer | null>();
    clearTimeout(this._timer);
    this._batch = null;
    return batch;
  }

  private _self: Peer | null = null;
  private _people: readonly Person[] | null = null;
  private _included: Roster | null = null;
  /** Those who changed since the last telling, as they were then. */
  private _batch: Map<number, Peer | null> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
  private readonly _peers = new Map<number, Peer>();
  /** Those who type, with what ends that. */
  private readonly _quiet = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly _changed = new Signal<this, RosterChange>(this);
}

/** Another name or colour is told on all pages of a person, and is nothing that is done on one. */
function isOnlyRenamed(before: Peer['state'], after: Peer['state']): boolean {
  const [was, is] = [before, after].map(state => ({ ...state, user: null }));
  return JSON.stringify(was) === JSON.stringify(is);
}

function activityOf(state: Peer['state'], types: boolean): Activity {
  if (types) {
    return 'typing';
  }
  return state.running === true ? 'running' : 'viewing';
}
