/** Time passes: what is due, and when the next thing will be. */
import { connect, dropConnection, hangUp, retry } from './connect';
import { andThen } from './effects';
import type { Step } from './effects';
import type { Moment } from './events';
import type { SessionState, Wire } from './state';
import {
  ASK_LIMIT,
  CONNECT_LIMIT,
  HELLO_LIMIT,
  PING_LIMIT,
  QUIET_LIMIT,
  SYNC_LIMIT
} from './timing';
import { flush, missPong, ping } from './wire';

/** When this state has to be told the time again, if ever. */
export function nextDeadline({ link }: SessionState): number | null {
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
      return earliest(link.wire.flushAt, link.wire.heard + SYNC_LIMIT);
    case 'synced':
      return earliest(link.wire.flushAt, signOfLifeDue(link.wire));
    default:
      return null;
  }
}

function earliest(first: number | null, second: number): number {
  return first === null ? second : Math.min(first, second);
}

function signOfLifeDue({ ping: pending, heard }: Wire): number {
  return pending === null ? heard + QUIET_LIMIT : pending.sentAt + PING_LIMIT;
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
      return due(link.wire.heard + SYNC_LIMIT)
        ? dropConnection(state, moment)
        : tickFlush(state, link.wire, at);
    case 'synced':
      return andThen(tickFlush(state, link.wire, at), flushed =>
        due(signOfLifeDue(link.wire)) ? seekSignOfLife(flushed, link.wire, moment) : [flushed, []]
      );
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
  return wire.ping === null ? ping(state, moment) : missPong(state, wire.ping, moment);
}
