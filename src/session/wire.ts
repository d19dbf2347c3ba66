/** What goes over an open connection: counting, batching and signs of life. */
import type { Hello, ServerMessage } from '../protocol';
import { diverge, dropConnection, hangUp, withLink } from './connect';
import { andThen, step } from './effects';
import type { Effect, SaveResult, Step } from './effects';
import type { Moment } from './events';
import { wireOf } from './state';
import type { Link, PendingPing, SessionState, Wire } from './state';
import { FLUSH_INTERVAL } from './timing';

/** A Yjs update that changes nothing: what a viewer has to offer. */
const NOTHING = Uint8Array.of(0, 0);

/** The socket is open. A room of presences has no history to agree on: it is live at once. */
export function receiveOpen(state: SessionState, at: number): Step {
  if (state.link.kind !== 'connecting') {
    return [state, []];
  }
  return state.subject.kind === 'presence'
    ? step(live(state, openWire(at), at), { type: 'announce' })
    : step(withLink(state, { kind: 'greeting', since: at, offered: false }));
}

function openWire(at: number): Wire {
  return {
    heard: at,
    ping: null,
    pings: 0,
    acked: 0,
    frames: [],
    outbox: [],
    presenceStale: false,
    flushedAt: at - FLUSH_INTERVAL,
    flushAt: null
  };
}

function live(state: SessionState, wire: Wire, at: number): SessionState {
  return withLink(state, { kind: 'synced', wire, since: at });
}

function withWire(state: SessionState, change: Partial<Wire>): SessionState {
  const { link } = state;
  if (link.kind !== 'syncing' && link.kind !== 'synced') {
    return state;
  }
  return withLink(state, { ...link, wire: { ...link.wire, ...change } });
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

/** The first frame says which history the room continues (W7): nothing is sent before. */
function receiveGreeting(
  state: SessionState,
  { offered }: Greeting,
  message: ServerMessage,
  moment: Moment
): Step {
  if (message.type !== 'hello') {
    // While it thinks about our offer, the server may tell how the file is kept.
    return offered ? [state, []] : dropConnection(state, moment);
  }
  const { lineage } = message;
  if (state.lineage !== null && state.lineage !== lineage) {
    return message.adopts === true && message.access === 'edit' && !offered && !state.partial
      ? offer(state, moment.at)
      : andThen(hangUp(atPath(state, message.path)), alone => diverge(alone, lineage));
  }
  if (state.room !== null && state.lineage === null && state.room.lineage !== lineage) {
    // The room has got another history since the server named it to us, who hold none. It does
    // not listen to a connection that showed the old one, so begin again with the new one.
    return dropConnection({ ...state, room: { ...state.room, lineage } }, moment);
  }
  return beginSync(state, message, moment.at);
}

type Greeting = Extract<Link, { kind: 'greeting' }>;

/**
 * The room has nothing but the file, as the server has lost its history, so it may go on with
 * ours. It greets once more, and then with the history that it has decided for.
 */
function offer(state: SessionState, at: number): Step {
  const waiting = withLink(state, { kind: 'greeting', since: at, offered: true });
  return step(waiting, { type: 'sendAdopt' });
}

function beginSync(state: SessionState, hello: Hello, at: number): Step {
  const { lineage, access, path, status } = hello;
  const wire = openWire(at);
  return step(
    withLink(
      { ...atPath(state, path), access, status },
      { kind: 'syncing', wire, lineage, received: false, sent: false }
    ),
    { type: 'sendStateVector' },
    { type: 'announce' }
  );
}

/**
 * The room itself says where its file is: its name needs not be asked for again. It may need a
 * moment to notice a rename that we know of; until then its word is old.
 */
function atPath(state: SessionState, path: string): SessionState {
  if (path === state.oldPath) {
    return state;
  }
  const room = state.room === null ? null : { ...state.room, path };
  return { ...state, path, oldPath: null, room };
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

/** Send all that the server lacks. It covers every edit made so far, also those made offline. */
function answerStep1(state: SessionState, stateVector: Uint8Array, at: number): Step {
  const { link } = state;
  if (link.kind !== 'syncing' && link.kind !== 'synced') {
    return [state, []];
  }
  const sent = countFrame(withWire(state, { outbox: [], flushedAt: at }));
  const effect: Effect =
    state.access === 'edit'
      ? { type: 'sendMissing', stateVector }
      : { type: 'send', message: { type: 'step2', update: NOTHING } };
  const [next, more] =
    sent.link.kind === 'syncing' ? finishSync(sent, { sent: true }, at) : step(sent);
  return step(next, effect, ...more);
}

/** One more step 2 or update leaves; once it is acknowledged, so are all edits made so far. */
function countFrame(state: SessionState): SessionState {
  const frames = wireOf(state)?.frames ?? [];
  const { made, durable } = state.edits;
  return withWire(state, { frames: [...frames, state.access === 'edit' ? made : durable] });
}

function receiveStep2(state: SessionState, update: Uint8Array, at: number): Step {
  const [applied, effects] = receiveUpdate(state, update);
  const [next, more] = finishSync({ ...applied, partial: false }, { received: true }, at);
  return [next, [...effects, ...more]];
}

/**
 * From here on the local document holds something of the room's history. Where it had nothing, it
 * has all of it only with the step 2.
 */
function receiveUpdate(state: SessionState, update: Uint8Array): Step {
  const { link } = state;
  const lineage = link.kind === 'syncing' ? link.lineage : state.lineage;
  const partial = state.partial || (link.kind === 'syncing' && state.lineage === null);
  return step({ ...state, lineage, partial }, { type: 'apply', update });
}

function finishSync(
  state: SessionState,
  progress: { readonly sent?: true; readonly received?: true },
  at: number
): Step {
  if (state.link.kind !== 'syncing') {
    return [state, []];
  }
  const link = { ...state.link, ...progress };
  return link.sent && link.received
    ? sendSaves(live(state, link.wire, at))
    : step(withLink(state, link));
}

/** Ask again for all saves without an answer: the connection they were sent on is gone. */
function sendSaves(state: SessionState): Step {
  return step(state, ...state.saves.map(sendSave));
}

function sendSave(id: number): Effect {
  return { type: 'send', message: { type: 'save', id } };
}

function receiveAck(state: SessionState, wire: Wire, count: number, moment: Moment): Step {
  const news = count - wire.acked;
  const through = wire.frames[news - 1];
  if (news <= 0) {
    return [state, []];
  }
  if (through === undefined) {
    return dropConnection(state, moment);
  }
  const durable = Math.max(state.edits.durable, through);
  const acknowledged = withWire(state, { acked: count, frames: wire.frames.slice(news) });
  return tellFiled({ ...acknowledged, edits: { ...state.edits, durable } });
}

/**
 * Where the server's last word is that the file has all, say what of ours that proves.
 *
 * It holds when a status or an ack has just come, and only then. The server sends, whenever it
 * takes in a change, first the change to those who lack it and then the status, both before it
 * looks at anything else; and it acknowledges an edit later than that, once the log has it.
 *
 * - A status «saved» is about all that was sent to us before it, and about every edit of ours
 *   that was acknowledged before it. One that is still on its way may or may not be in the file.
 * - An ack while the last status is «saved»: had the edit changed anything, a status «unsaved»
 *   would have come between them, so either it did not, or a «saved» has followed already. And
 *   all that was sent to us before the ack was sent in an earlier turn, so that its status is
 *   here as well. This is how the step 2 of the server is found to be in the file: the ack of
 *   ours follows it.
 *
 * Before the first ack on this connection it proves nothing: the server may have lost its store,
 * and made the same history again of the same file, without what it had acknowledged before. That
 * ack is for our step 2, which had all that we have.
 */
function tellFiled(state: SessionState): Step {
  const { status, edits } = state;
  const taken = (wireOf(state)?.acked ?? 0) > 0;
  return taken && status?.save.state === 'saved' && status.file.state === 'present'
    ? step(state, { type: 'filed', edits: edits.durable })
    : step(state);
}

function saveResult(reply: Extract<ServerMessage, { type: 'saveReply' }>): SaveResult {
  return reply.status === 'failed'
    ? { ok: false, reason: reply.reason, message: reply.message }
    : { ok: true };
}

function settleSave(state: SessionState, id: number, result: SaveResult): Step {
  if (!state.saves.includes(id)) {
    return [state, []];
  }
  const saves = state.saves.filter(other => other !== id);
  return step({ ...state, saves }, { type: 'settleSave', id, result });
}

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

/**
 * Count a local edit, and send it: after a pause with all that is done in the same go, as others
 * should not see half of it, and with its neighbours while typing.
 */
export function recordEdit(state: SessionState, update: Uint8Array, at: number): Step {
  const { edits } = state;
  const counted = { ...state, edits: { ...edits, made: edits.made + 1 } };
  const wire = wireOf(counted);
  if (wire === null || !maySendEdits(counted)) {
    return step(counted);
  }
  return flushSoon(withWire(counted, { outbox: [...wire.outbox, update] }), at);
}

/** Before our step 2 is out, every edit is part of it. */
function maySendEdits({ link, access }: SessionState): boolean {
  return access === 'edit' && (link.kind === 'synced' || (link.kind === 'syncing' && link.sent));
}

export function recordMove(state: SessionState, at: number): Step {
  return flushSoon(withWire(state, { presenceStale: true }), at);
}

function flushSoon(state: SessionState, at: number): Step {
  const wire = wireOf(state);
  if (wire === null || wire.flushAt !== null) {
    return [state, []];
  }
  return step(withWire(state, { flushAt: Math.max(at, wire.flushedAt + FLUSH_INTERVAL) }));
}

/** Send what waits. Edits go first: cursors point into them. */
export function flush(state: SessionState, at: number): Step {
  const wire = wireOf(state);
  if (wire === null) {
    return [state, []];
  }
  const { outbox, presenceStale } = wire;
  const rest: Partial<Wire> = { outbox: [], presenceStale: false, flushAt: null };
  const flushed = withWire(
    state,
    outbox.length + +presenceStale ? { ...rest, flushedAt: at } : rest
  );
  return step(
    outbox.length > 0 ? countFrame(flushed) : flushed,
    ...when(outbox.length > 0, { type: 'sendEdits', updates: outbox }),
    ...when(presenceStale, { type: 'sendPresence' })
  );
}

function when(condition: boolean, effect: Effect): Effect[] {
  return condition ? [effect] : [];
}

/** Ask the server for a sign of life, unless one is on its way. */
export function ping(state: SessionState, { at, backlog }: Moment): Step {
  const wire = wireOf(state);
  if (wire === null || wire.ping !== null || state.link.kind !== 'synced') {
    return [state, []];
  }
  const number = wire.pings + 1;
  const pinged = withWire(state, { pings: number, ping: { number, sentAt: at, backlog } });
  return step(pinged, { type: 'send', message: { type: 'ping', number } });
}

/** While we catch up, the server owes us an answer: there is no need to ask for another one. */
export function awaitAnswer(state: SessionState, { at, backlog }: Moment): Step {
  const number = wireOf(state)?.pings ?? 0;
  return step(withWire(state, { ping: { number, sentAt: at, backlog } }));
}

/** No answer came in time. A line that still swallows bytes is slow, not dead. */
export function missPong(state: SessionState, pending: PendingPing, moment: Moment): Step {
  const { at, backlog } = moment;
  return backlog < pending.backlog
    ? step(withWire(state, { ping: { ...pending, sentAt: at, backlog } }))
    : dropConnection(state, moment);
}
