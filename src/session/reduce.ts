import {
  close,
  connect,
  dropConnection,
  goOffline,
  hangUp,
  hurry,
  loseConnection,
  receiveAskFailure,
  receiveRoom,
  reconnect,
  refuse
} from './connect';
import { tick } from './deadlines';
import { flush, recordEdit, recordMove } from './edits';
import { andThen, step } from './effects';
import type { Step } from './effects';
import type { Moment, SessionEvent } from './events';
import { ping } from './liveness';
import { receiveMessage, receiveOpen } from './receive';
import { askForSave } from './saves';
import { wireOf } from './state';
import type { Link, SessionState } from './state';

/**
 * What becomes of a session when something happens, and what is to be done about it.
 *
 * Pure: the time and a random number come with the event, and everything else is in `state`.
 */
export function reduce(state: SessionState, event: SessionEvent): Step {
  const { at } = event;
  switch (event.type) {
    case 'started':
      return state.link.kind === 'idle' ? connect(state, at) : [state, []];
    case 'asked':
      return receiveRoom(state, event.room, at);
    case 'askFailed':
      return receiveAskFailure(state, event.failure, event);
    case 'opened':
      return receiveOpen(state, at);
    case 'received':
      return receiveMessage(state, event.message, event);
    case 'garbled':
      return wireOf(state) === null && state.link.kind !== 'greeting'
        ? [state, []]
        : dropConnection(state, event);
    case 'oversized':
      return andThen(hangUp(state), alone => refuse(alone, 'oversized'));
    case 'lost':
      return loseConnection(state, event.code, event.reason, event);
    case 'edited':
      return recordEdit(state, event.update, at);
    case 'restored':
      return restore(state, event.lineage, event.edits);
    case 'moved':
      return recordMove(state, at);
    case 'saveAsked':
      return askForSave(state, event.id, at);
    case 'renamed':
      return step({ ...state, path: event.path, oldPath: state.path });
    case 'offline':
      return goOffline(state, at);
    case 'online':
      return wakeUp(isOver(state.link) ? state : { ...state, attempt: 0 }, event);
    case 'visible':
      return wakeUp(state, event);
    case 'hidden':
      return flush(state, at);
    case 'reconnectAsked':
      return reconnect(state, at);
    case 'ticked':
      return tick(state, event);
    case 'closed':
      return andThen(flush(state, at), close);
  }
}

function restore(state: SessionState, lineage: string, count: number): Step {
  const { made, durable } = state.edits;
  return step({ ...state, lineage, edits: { made: made + count, durable } });
}

/** There is nothing to be tried: a network that is back changes nothing. */
function isOver({ kind }: Link): boolean {
  return kind === 'diverged' || kind === 'closed' || kind === 'refused';
}

/** After a pause nothing is certain: connect if there is no connection, and test one there is. */
function wakeUp(state: SessionState, moment: Moment): Step {
  const { link } = state;
  if (link.kind === 'refused' && link.reason === 'unauthenticated') {
    return reconnect(state, moment.at);
  }
  return andThen(hurry(state, moment.at), awake => ping(awake, moment));
}
