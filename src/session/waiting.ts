import { unsynced } from './state';
import type { SessionState } from './state';

/**
 * So long local edits may be on their way to a server that is there without anything being made of
 * it, in milliseconds. It writes what follows a first edit 900 ms later at the latest (S22), and by
 * `follow` an edit may seem twice as old as it is; and lines take their time.
 */
export const LATE = 2_500;

/** Local edits that the server does not have (pure: times come in as arguments, in milliseconds). */
export interface Waiting {
  /** None of them was made before. */
  readonly since: number;
  /** At the time `at`, this many edits had been made. */
  readonly made: number;
  readonly at: number;
}

/**
 * What waits at the time `at`, after `last`. Somebody who types on always has an edit that is on its
 * way, but never an old one; two times are enough to tell.
 */
export function follow(last: Waiting | null, state: SessionState, at: number): Waiting | null {
  const { made, durable } = state.edits;
  if (unsynced(state) === 0) {
    return null;
  }
  if (last === null) {
    return { since: at, made, at };
  }
  return durable >= last.made ? { since: last.at, made, at } : last;
}
