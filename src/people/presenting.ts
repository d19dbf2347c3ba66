import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Roster, User } from '../presence';
import type { Place, Places } from './places';

/** The field of a presence state that invites everybody in the document to follow. */
const PRESENTING = 'presenting';

/** Invites everybody who is in a document to follow us, until it is stopped. */
export class Presenter {
  constructor(private readonly _places: Pick<Places, 'current'>) {}

  /** The document in which we present. */
  get place(): Place | null {
    return this._place?.view.isDisposed === true ? null : this._place;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Invite those who are in the document in front. */
  start(at: number = Date.now()): void {
    this.stop();
    this._place = this._places.current;
    this._place?.roster.awareness.setLocalStateField(PRESENTING, at);
    this._changed.emit();
  }

  stop(): void {
    const { place } = this;
    this._place = null;
    if (place !== null) {
      place.roster.awareness.setLocalStateField(PRESENTING, null);
      this._changed.emit();
    }
  }

  private _place: Place | null = null;
  private readonly _changed = new Signal<this, void>(this);
}

/** Somebody who invites us. */
export interface Invitation {
  readonly from: User;
  /** Take the notice away: they have stopped, or left, or the document is closed here. */
  readonly withdrawn: Promise<void>;
}

/** Tells of the invitations in the documents that are open here, of each of them once. */
export class Invitations {
  constructor(private readonly _onInvited: (invitation: Invitation) => void) {}

  watch(roster: Roster): void {
    roster.changed.connect(() => this._look(roster));
    // Nobody is heard in a document that is closed: nothing would withdraw what is open then.
    roster.awareness.on('destroy', () => this._withdraw(roster));
    this._look(roster);
  }

  private _look(roster: Roster): void {
    const now = new Set<string>();
    for (const { user, peers } of roster.others) {
      const since = peers.map(({ state }) => state[PRESENTING]).find(isTime);
      if (since !== undefined) {
        const key = `${user.username} ${since}`;
        now.add(key);
        this._invite(roster, key, user);
      }
    }
    this._withdraw(roster, now);
  }

  /** Withdraw the invitations in a document, but for those that hold. */
  private _withdraw(roster: Roster, holding: ReadonlySet<string> = new Set()): void {
    for (const [key, { roster: where, withdraw }] of this._open) {
      if (where === roster && !holding.has(key)) {
        this._open.delete(key);
        withdraw();
      }
    }
  }

  private _invite(roster: Roster, key: string, from: User): void {
    if (!this._open.has(key)) {
      const end = new PromiseDelegate<void>();
      this._open.set(key, { roster, withdraw: () => end.resolve() });
      this._onInvited({ from, withdrawn: end.promise });
    }
  }

  private readonly _open = new Map<string, { roster: Roster; withdraw: () => void }>();
}

function isTime(value: unknown): value is number {
  return typeof value === 'number';
}
