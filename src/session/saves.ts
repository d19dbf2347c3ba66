/** Saves that people ask for: each has an answer, also without a connection. */
import type { ServerMessage } from '../protocol';
import { flush } from './edits';
import { andThen, step } from './effects';
import type { Effect, SaveResult, Step } from './effects';
import type { SessionState } from './state';

/** Save now, or as soon as there is a connection: what was typed first goes first. */
export function askForSave(state: SessionState, id: number, at: number): Step {
  const { kind } = state.link;
  const asked = { ...state, saves: [...state.saves, id] };
  if (state.access === 'view') {
    return settleSave(asked, id, { ok: false, reason: 'not-allowed', message: '' });
  }
  switch (kind) {
    case 'refused':
    case 'missing':
    case 'diverged':
    case 'closed':
      return settleSave(asked, id, failure(state));
    case 'synced':
      return andThen(flush(asked, at), flushed => step(flushed, sendSave(id)));
    default:
      return step(asked);
  }
}

function failure({ link }: SessionState): SaveResult {
  switch (link.kind) {
    case 'refused':
      return { ok: false, reason: link.reason, message: link.message };
    case 'missing':
      return { ok: false, reason: 'no-such-file', message: '' };
    default:
      return { ok: false, reason: link.kind, message: '' };
  }
}

/** Ask again for all saves without an answer: the connection they were sent on is gone. */
export function sendSaves(state: SessionState): Step {
  return step(state, ...state.saves.map(sendSave));
}

function sendSave(id: number): Effect {
  return { type: 'send', message: { type: 'save', id } };
}

export function settleSave(state: SessionState, id: number, result: SaveResult): Step {
  if (!state.saves.includes(id)) {
    return [state, []];
  }
  const saves = state.saves.filter(other => other !== id);
  return step({ ...state, saves }, { type: 'settleSave', id, result });
}

export function saveResult(reply: Extract<ServerMessage, { type: 'saveReply' }>): SaveResult {
  return reply.status === 'failed'
    ? { ok: false, reason: reply.reason, message: reply.message }
    : { ok: true };
}
