import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

/**
 * Who looks after which entry: a page that is gone looks after none.
 *
 * An entry that nobody looks after was left behind, and can be taken over by one page at a time.
 */
export interface Owners {
  /** Look after `id` until the result is disposed of; `null` where somebody else does. */
  claim(id: string): Promise<IDisposable | null>;
  /** Whether nobody looks after `id`. Asking stands in nobody's way. */
  isFree(id: string): Promise<boolean>;
}

/** What the owners of this browser are told by: Web Locks where the page may use them. */
export function browserOwners(): Owners {
  // Pages that came over plain HTTP, unless from this very machine, have no locks.
  return 'locks' in navigator ? new LockOwners(navigator.locks) : new AskingOwners();
}

const NAME = 'jupyter-collab';

function nameOf(id: string): string {
  return `${NAME}:${id}`;
}

/** The browser holds the locks, and lets go of those of a page when that ends, however it does. */
class LockOwners implements Owners {
  constructor(private readonly _locks: LockManager) {}

  claim(id: string): Promise<IDisposable | null> {
    return new Promise((resolve, reject) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        if (lock === null) {
          resolve(null);
          return undefined;
        }
        return new Promise(release => resolve(new DisposableDelegate(release)));
      };
      this._locks.request(nameOf(id), { ifAvailable: true }, hold).catch(reject);
    });
  }

  async isFree(id: string): Promise<boolean> {
    const { held = [] } = await this._locks.query();
    return held.every(({ name }) => name !== nameOf(id));
  }
}

/** How long a page has for saying that it looks after an entry, in milliseconds. */
const ANSWER_TIME = 400;

type Message =
  | { readonly type: 'wanted'; readonly id: string; readonly by: string }
  | { readonly type: 'mine'; readonly id: string; readonly by: string };

/**
 * Pages ask each other. One that is frozen does not answer, and may find its entry taken over:
 * that is no harm, as what it keeps is found by whoever takes over, and merged when it wakes up.
 */
export class AskingOwners implements Owners {
  constructor(channel = new BroadcastChannel(NAME)) {
    this._channel = channel;
    channel.onmessage = ({ data }: MessageEvent<Message>) => this._hear(data);
  }

  async claim(id: string): Promise<IDisposable | null> {
    const claim = this._claims.get(id);
    if ((claim !== undefined && claim !== 'looking') || !(await this._ask(id, 'asking'))) {
      return null;
    }
    this._claims.set(id, 'held');
    return new DisposableDelegate(() => this._claims.delete(id));
  }

  async isFree(id: string): Promise<boolean> {
    const isFree = !this._claims.has(id) && (await this._ask(id, 'looking'));
    if (isFree) {
      this._claims.delete(id);
    }
    return isFree;
  }

  /** Resolves to whether nobody has said that it is theirs. */
  private async _ask(id: string, claim: 'asking' | 'looking'): Promise<boolean> {
    this._claims.set(id, claim);
    this._say('wanted', id);
    await new Promise(resolve => setTimeout(resolve, ANSWER_TIME));
    return this._claims.get(id) === claim;
  }

  /** Of two pages that ask at the same time, the one with the smaller name gets it. */
  private _hear({ type, id, by }: Message): void {
    const claim = this._claims.get(id);
    const isOurs = claim === 'held' || (claim === 'asking' && this._me < by);
    if (type === 'wanted' && isOurs) {
      this._say('mine', id);
    } else if (claim === 'asking' || (type === 'mine' && claim === 'looking')) {
      // The other one may have asked before we did, and then has not heard us.
      this._claims.delete(id);
    }
  }

  private _say(type: Message['type'], id: string): void {
    this._channel.postMessage({ type, id, by: this._me });
  }

  private readonly _me = `${Date.now()}-${Math.random()}`;
  private readonly _claims = new Map<string, 'looking' | 'asking' | 'held'>();
  private readonly _channel: BroadcastChannel;
}
