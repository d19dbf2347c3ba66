import type { User } from './user';

export type Activity = 'typing' | 'running' | 'viewing';

/** One page of somebody. */
export interface Peer {
  /** The id of its Yjs client, by which it is known in awarenesses and documents. */
  readonly client: number;
  readonly user: User;
  /** All that it says of itself. */
  readonly state: { readonly [field: string]: unknown };
  /** When it came, and when it last did something, in milliseconds since the epoch. */
  readonly since: number;
  readonly lastActive: number;
  readonly activity: Activity;
}

/** Somebody, with all of their pages. */
export interface Person {
  readonly user: User;
  readonly isSelf: boolean;
  /** The page where this person was last active is the first. */
  readonly peers: readonly Peer[];
  readonly activity: Activity;
  readonly lastActive: number;
}

/** What somebody does who does several things. */
const LIVELIEST: readonly Activity[] = ['typing', 'running', 'viewing'];

/** Put the pages of each person together, in the order in which people came. */
export function gather(peers: readonly Peer[], self: Peer | null): readonly Person[] {
  const all = self === null ? peers : [self, ...peers];
  const pages = new Map<string, Peer[]>();
  for (const peer of [...all].sort(byArrival)) {
    const { username } = peer.user;
    pages.set(username, [...(pages.get(username) ?? []), peer]);
  }
  return [...pages.values()].map(list => personOf(list, self));
}

function personOf(pages: readonly Peer[], self: Peer | null): Person {
  const peers = [...pages].sort((one, other) => other.lastActive - one.lastActive);
  const [latest] = peers as [Peer];
  const { user, lastActive } = latest;
  const does = LIVELIEST.find(activity => peers.some(peer => peer.activity === activity));
  const isSelf = user.username === self?.user.username;
  return { user, isSelf, peers, activity: does ?? 'viewing', lastActive };
}

function byArrival(one: Peer, other: Peer): number {
  return one.since - other.since || one.user.displayName.localeCompare(other.user.displayName);
}
