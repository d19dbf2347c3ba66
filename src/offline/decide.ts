/** When changes are kept in the browser (pure: times come in as arguments, in milliseconds). */

import { LATE } from '../session';

/** Writing the whole document may take no more than this part of the time. */
const COST_FACTOR = 20;

/**
 * So long an entry outlives the last change that it was needed for: where a line is slow, writing
 * the document anew for each word would cost more than going on with it.
 */
export const LINGER = 5_000;

/** After a failure, the browser may have room again. */
export const RETRY = 30_000;

export type Phase =
  | { readonly kind: 'idle' }
  /** There are changes; the server should have them any moment. */
  | { readonly kind: 'waiting' }
  /** The document, and each change of it, is written. */
  | { readonly kind: 'keeping' }
  /** It still is, but for nothing unless changes come until then. */
  | { readonly kind: 'lingering'; readonly until: number }
  | { readonly kind: 'failed'; readonly until: number };

export interface Facts {
  /** How many changes the server does not have. */
  readonly edits: number;
  /** None of these changes was made before; where there are any. */
  readonly since: number;
  /** Whether there is a connection over which they go. */
  readonly live: boolean;
  /** How long it took to write the whole document down the last time. */
  readonly cost: number;
}

/** `begin` with the whole document, or `drop` the entry. */
export type Action = 'begin' | 'drop' | null;

/** What to do at the time `at`. */
export function decide(phase: Phase, facts: Facts, at: number): readonly [Phase, Action] {
  switch (phase.kind) {
    case 'idle':
    case 'waiting':
      return begin(facts, at);
    case 'keeping':
      return facts.edits === 0 ? [{ kind: 'lingering', until: at + LINGER }, null] : [phase, null];
    case 'lingering':
      if (facts.edits > 0) {
        return [{ kind: 'keeping' }, null];
      }
      return at >= phase.until ? [{ kind: 'idle' }, 'drop'] : [phase, null];
    case 'failed':
      if (facts.edits === 0) {
        return [{ kind: 'idle' }, null];
      }
      return at >= phase.until ? [{ kind: 'keeping' }, 'begin'] : [phase, null];
  }
}

function begin(facts: Facts, at: number): readonly [Phase, Action] {
  if (facts.edits === 0) {
    return [{ kind: 'idle' }, null];
  }
  const late = at >= facts.since + patience(facts);
  return late || !facts.live ? [{ kind: 'keeping' }, 'begin'] : [{ kind: 'waiting' }, null];
}

function patience({ cost }: Facts): number {
  return Math.max(LATE, COST_FACTOR * cost);
}

/** When to decide again, if nothing happens before. */
export function nextLook(phase: Phase, facts: Facts): number | null {
  switch (phase.kind) {
    case 'waiting':
      return facts.since + patience(facts);
    case 'lingering':
    case 'failed':
      return phase.until;
    default:
      return null;
  }
}
