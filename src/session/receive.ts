/** What becomes of a session as frames of the server come in. */
import type { ServerMessage } from '../protocol';
import { dropConnection, withLink } from './connect';
import { step } from './effects';
import type { Step } from './effects';
import type { Moment } from './events';
import { receiveAck, tellFiled } from './filed';
import { answerStep1, atPath, receiveGreeting, receiveStep2, receiveUpdate } from './handshake';
import { saveResult, settleSave } from './saves';
import { wireOf } from './state';
import type { SessionState, Wire } from './state';
import { live, openWire, withWire } from './wire';

/** The socket is open. A room of presences has no history to agree on: it is live at once. */
export function receiveOpen(state: SessionState, at: number): Step {
  if (state.link.kind !== 'connecting') {
    return [state, []];
  }
  return state.subject.kind === 'presence'
    ? step(live(state, openWire(at), at), { type: 'announce' })
    : step(withLink(state, { kind: 'greeting', since: at, offered: false }));
}

/** React to one frame of the server. */
export function receiveMessage(state: SessionState, message: ServerMessage, moment: Moment): Step {
  if (message.type === 'refusal') {
    return step({ ...state, refusal: message });
  }
  if (state.link.kind === 'greeting') {
    return receiveGreeting(state, state.link, message, moment);
  }
  const wire = wireOf(state);
  return wire === null
    ? [state, []]
    : receiveOnWire(withWire(state, { heard: moment.at, ping: null }), wire, message, moment);
}

function receiveOnWire(
  state: SessionState,
  wire: Wire,
  message: Exclude<ServerMessage, { type: 'refusal' }>,
  moment: Moment
): Step {
  switch (message.type) {
    case 'step1':
      return answerStep1(state, message.stateVector, moment.at);
    case 'step2':
      return receiveStep2(state, message.update, moment.at);
    case 'update':
      return receiveUpdate(state, message.update);
    case 'awareness':
      return step(state, { type: 'applyPresence', update: message.update });
    case 'ack':
      return receiveAck(state, wire, message.count, moment);
    case 'status':
      return tellFiled(atPath({ ...state, status: message.status }, message.status.file.path));
    case 'saveReply':
      return settleSave(state, message.id, saveResult(message));
    case 'pong':
      // Like any other frame, it has shown that the server is there.
      return [state, []];
    case 'hello':
      // A room of presences may greet as well; in a document's room, one hello is enough.
      return state.subject.kind === 'presence' ? [state, []] : dropConnection(state, moment);
  }
}
