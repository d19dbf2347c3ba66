/** Time passes: what is due, and when the next thing will be. */
import { connect, dropConnection, hangUp, retry } from './connect';
import { flush } from './edits';
import { andThen } from './effects';
import type { Step } from './effects';
import type { Moment } from './events';
import { awaitAnswer, missPong, ping } from './liveness';
import type { SessionState, Wire } from './state';
import {
  ASK_LIMIT,
  CONNECT_LIMIT,
  HELLO_LIMIT,
  PING_LIMIT,
  QUIET_LIMIT,
  SYNC_LIMIT,
  syncPatience
} from './timing';

/** When this state has to be told the time again, if ever. */
export function nextDeadline(state: SessionState): number | null {
  const { link } = state;
  switch (link.kind) {
    case 'offline':
    case 'missing':
      return link.until;
    case 'asking':
      return link.since + ASK_LIMIT;
    case 'connecting':
      return link.since + CONNECT_LIMIT;
    case 'greeting':
      return link.since + HELLO_LIMIT;
    case 'syncing':
    case 'synced':
      return earliest(link.wire.flushAt, signOfLifeDue(state, link.wire));
    default:
      return null;
  }
}

function earliest(first: number | null, second: number): number {
  return first === null ? second : Math.min(first, second);
}

function signOfLifeDue(state: SessionState, { ping: pending, heard }: Wire): number {
  return pending === null ? heard + QUIET_LIMIT : pending.sentAt + patience(state);
}

/**
 * How long an answer may take. While we catch up it comes behind a frame that may be large, of which
 * we see nothing before all of it is here: nothing tells a line that is slow from one that is dead.
 * So one that brings nothing is given up, sooner where what we lack should be little, as we have the
 * document; and each attempt waits longer, so that a slow line is waited for in the end.
 */
function patience({ link, lineage, partial, attempt }: SessionState): number {
  if (link.kind === 'synced') {
    return PING_LIMIT;
  }
  return lineage === null || partial ? SYNC_LIMIT : syncPatience(attempt);
}

/** Do what is due at this moment. */
export function tick(state: SessionState, moment: Moment): Step {
  const { link } = state;
  const { at } = moment;
  switch (link.kind) {
    case 'offline':
    case 'missing':
      return link.until <= at ? connect(state, at) : [state, []];
    case 'asking':
      return due(link.since + ASK_LIMIT) ? giveUpAsking(state, moment) : [state, []];
    case 'connecting':
      return due(link.since + CONNECT_LIMIT) ? dropConnection(state, moment) : [state, []];
    case 'greeting':
      return due(link.since + HELLO_LIMIT) ? dropConnection(state, moment) : [state, []];
    case 'syncing':
    case 'synced': {
      const isDue = due(signOfLifeDue(state, link.wire));
      return andThen(tickFlush(state, link.wire, at), flushed =>
        isDue ? seekSignOfLife(flushed, link.wire, moment) : [flushed, []]
      );
    }
    default:
      return [state, []];
  }

  function due(deadline: number): boolean {
    return deadline <= at;
  }
}

function giveUpAsking(state: SessionState, moment: Moment): Step {
  return andThen(hangUp(state), alone => retry(alone, moment));
}

function tickFlush(state: SessionState, wire: Wire, at: number): Step {
  return wire.flushAt !== null && wire.flushAt <= at ? flush(state, at) : [state, []];
}

function seekSignOfLife(state: SessionState, wire: Wire, moment: Moment): Step {
  if (wire.ping !== null) {
    return missPong(state, wire.ping, moment);
  }
  return state.link.kind === 'syncing' ? awaitAnswer(state, moment) : ping(state, moment);
}
