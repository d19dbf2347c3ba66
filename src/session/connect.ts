/** How a session gets a connection, and what it does when it has none. */
import { CloseCode } from '../protocol';
import { andThen, step } from './effects';
import type { Effect, Step } from './effects';
import type { AskFailure, Moment } from './events';
import type { Link, Room, SessionState } from './state';
import {
  ATTEMPTS_AFTER_SYNC,
  backOff,
  CROWDED_RETRY,
  LAST_RETRY,
  OPENING_ATTEMPTS,
  STABLE_AFTER
} from './timing';

/** Connect now. The server is asked for the room unless it named one for this very path. */
export function connect(state: SessionState, at: number): Step {
  const { subject, room, path, lineage } = state;
  if (subject.kind === 'presence') {
    return dial(state, subject.room, null, at);
  }
  if (room === null || room.path !== path) {
    return step(withLink(state, { kind: 'asking', since: at }), { type: 'ask', path });
  }
  return dial(state, room, lineage, at);
}

function dial(state: SessionState, room: Room | string, lineage: string | null, at: number): Step {
  const fresh: SessionState = { ...state, refusal: null };
  return step(withLink(fresh, { kind: 'connecting', since: at }), { type: 'open', room, lineage });
}

export function receiveRoom(state: SessionState, room: Room, at: number): Step {
  return state.link.kind === 'asking' ? connect({ ...state, room }, at) : [state, []];
}

export function receiveAskFailure(state: SessionState, failure: AskFailure, moment: Moment): Step {
  if (state.link.kind !== 'asking') {
    return [state, []];
  }
  switch (failure.kind) {
    case 'missing':
      return state.lineage === null ? refuse(state, 'no-such-file') : miss(state, moment);
    case 'refused':
      // As for a socket: what an open document needs may be there again at any moment.
      return state.lineage !== null && failure.reason === 'server-error'
        ? retry(state, moment)
        : refuse(state, failure.reason, failure.message);
    case 'unreachable':
      return retry(state, moment);
  }
}

/** The file is gone. It may come back, for instance when a branch is checked out again. */
function miss(state: SessionState, { at, luck }: Moment): Step {
  const until = at + backOff(state.attempt, luck);
  const waiting = withLink({ ...state, attempt: state.attempt + 1 }, { kind: 'missing', until });
  return failSaves(waiting, 'no-such-file');
}

/** The socket has closed by itself: the code says whether and when to try again. */
export function loseConnection(
  state: SessionState,
  code: number,
  reason: string,
  moment: Moment
): Step {
  return isConnected(state.link) ? andThen(forgetPeers(state), lost) : [state, []];

  function lost(alone: SessionState): Step {
    switch (code) {
      case CloseCode.UnknownHistory:
        return meetAnotherHistory(alone, reason, moment);
      case CloseCode.NotFound:
        return retry({ ...alone, room: null }, moment);
      case CloseCode.TooSlow:
        return retry(alone, state.attempt === 0 ? { ...moment, luck: 0 } : moment);
      case CloseCode.TooMany:
        return retry(alone, moment, CROWDED_RETRY);
      case CloseCode.ServerError:
        return alone.lineage === null ? refuseFor(alone, code) : retry(alone, moment);
      case CloseCode.TooBig:
      case CloseCode.BadRequest:
      case CloseCode.Unauthenticated:
      case CloseCode.Forbidden:
        return refuseFor(alone, code);
      default:
        return retry(neverOpened(alone) ? { ...alone, room: null } : alone, moment);
    }
  }
}

/**
 * Whether no socket comes about for a document that is not there yet: whether the server answers
 * when it is asked again tells one that is gone from one that lets no sockets pass.
 */
function neverOpened({ lineage, link }: SessionState): boolean {
  return lineage === null && link.kind === 'connecting';
}

/** What the server said before it closed tells more than the code does. */
function refuseFor(state: SessionState, code: number): Step {
  const { reason, message, detail } = state.refusal ?? {};
  return refuse(state, reason ?? REASONS[code] ?? 'error', message, detail);
}

const REASONS: { readonly [code: number]: string } = {
  [CloseCode.TooBig]: 'oversized',
  [CloseCode.BadRequest]: 'malformed',
  [CloseCode.Unauthenticated]: 'unauthenticated',
  [CloseCode.Forbidden]: 'not-allowed',
  [CloseCode.ServerError]: 'server-error'
};

/** Only servers that do not know our hello close like this; their reason is JSON. */
function meetAnotherHistory(state: SessionState, reason: string, moment: Moment): Step {
  const lineage = /"sessionId":\s*"([^"]*)"/.exec(reason)?.[1] ?? '';
  if (reason.includes('version_mismatch')) {
    return refuse(state, 'version-mismatch');
  }
  return state.lineage === null ? retry({ ...state, room: null }, moment) : diverge(state, lineage);
}

/** Close the connection ourselves, because it is dead or makes no sense, and try again. */
export function dropConnection(state: SessionState, moment: Moment): Step {
  return andThen(hangUp(state), alone => retry(alone, moment));
}

/** Wait a while, longer each time, and connect again. */
export function retry(state: SessionState, { at, luck }: Moment, least = 0): Step {
  const attempt = Math.min(state.attempt, mostAttempts(state.link, at));
  if (state.lineage === null && state.subject.kind === 'document' && attempt >= OPENING_ATTEMPTS) {
    return refuse(state, state.link.kind === 'connecting' ? 'no-socket' : 'unreachable');
  }
  const until = at + Math.max(least, backOff(attempt, luck));
  return step(withLink({ ...state, attempt: attempt + 1 }, { kind: 'offline', until }));
}

/** How many attempts count after a connection: one that was good, if for a moment, was no failure. */
function mostAttempts(link: Link, at: number): number {
  if (link.kind !== 'synced') {
    return Infinity;
  }
  return at - link.since >= STABLE_AFTER ? 0 : ATTEMPTS_AFTER_SYNC;
}

/** The browser says that there is no network: a retry now would only fail. */
export function goOffline(state: SessionState, at: number): Step {
  if (isConnected(state.link) || state.link.kind === 'asking' || isWaiting(state.link)) {
    const offline: Link = { kind: 'offline', until: at + LAST_RETRY };
    return andThen(hangUp(state), alone => step(withLink({ ...alone, attempt: 0 }, offline)));
  }
  return [state, []];
}

/** Something says that it is worth trying at once. */
export function hurry(state: SessionState, at: number): Step {
  return isWaiting(state.link) ? connect(state, at) : [state, []];
}

/** A person wants a new connection, whatever state this one is in. */
export function reconnect(state: SessionState, at: number): Step {
  const { kind } = state.link;
  if (kind === 'diverged' || kind === 'closed' || kind === 'idle') {
    return [state, []];
  }
  return andThen(hangUp({ ...state, attempt: 0, room: null }), alone => connect(alone, at));
}

export function refuse(state: SessionState, reason: string, message = '', detail?: string): Step {
  const more = detail === undefined ? {} : { detail };
  const refused = withLink(state, { kind: 'refused', reason, message, ...more });
  return failSaves(refused, reason, message);
}

/** Nothing may go over the wire any more: the histories must never be merged (L4). */
export function diverge(state: SessionState, lineage: string): Step {
  return failSaves(withLink(state, { kind: 'diverged', lineage }), 'diverged');
}

/** Nothing is wanted any more. */
export function close(state: SessionState): Step {
  if (state.link.kind === 'closed') {
    return [state, []];
  }
  return andThen(hangUp(state), alone => failSaves(withLink(alone, { kind: 'closed' }), 'closed'));
}

export function hangUp(state: SessionState): Step {
  return step(state, { type: 'hangUp' }, { type: 'forgetPeers' });
}

function forgetPeers(state: SessionState): Step {
  return step(state, { type: 'forgetPeers' });
}

function failSaves(state: SessionState, reason: string, message = ''): Step {
  const failures = state.saves.map((id): Effect => ({
    type: 'settleSave',
    id,
    result: { ok: false, reason, message }
  }));
  return step({ ...state, saves: [] }, ...failures);
}

function isConnected({ kind }: Link): boolean {
  return kind === 'connecting' || kind === 'greeting' || kind === 'syncing' || kind === 'synced';
}

function isWaiting({ kind }: Link): boolean {
  return kind === 'offline' || kind === 'missing';
}

export function withLink(state: SessionState, link: Link): SessionState {
  return { ...state, link };
}
