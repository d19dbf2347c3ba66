/** From an open connection to one on which each side has what the other had. */
import type { Hello, ServerMessage } from '../protocol';
import { diverge, dropConnection, hangUp, withLink } from './connect';
import { ALL_EDITS, andThen, step } from './effects';
import type { Effect, Step } from './effects';
import type { Moment } from './events';
import { sendSaves } from './saves';
import type { Link, SessionState } from './state';
import { countFrame, live, openWire, withWire } from './wire';

/** The first frame says which history the room continues (W7): nothing is sent before. */
export function receiveGreeting(
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
      { kind: 'syncing', wire, lineage, received: false, sent: false, early: [] }
    ),
    { type: 'sendStateVector' },
    { type: 'announce' }
  );
}

/**
 * The room itself says where its file is: its name needs not be asked for again. It may need a
 * moment to notice a rename that we know of; until then its word is old.
 */
export function atPath(state: SessionState, path: string): SessionState {
  if (path === state.oldPath) {
    return state;
  }
  const room = state.room === null ? null : { ...state.room, path };
  return { ...state, path, oldPath: null, room };
}

/** A Yjs update that changes nothing: what a viewer has to offer. */
const NOTHING = Uint8Array.of(0, 0);

/** Send all that the server lacks. It covers every edit made so far, also those made offline. */
export function answerStep1(state: SessionState, stateVector: Uint8Array, at: number): Step {
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

export function receiveStep2(state: SessionState, update: Uint8Array, at: number): Step {
  const early = state.link.kind === 'syncing' ? state.link.early : [];
  const [applied, effects] = apply(state, [...early, update], false);
  const [next, more] = finishSync(
    { ...applied, partial: false },
    { received: true, early: [] },
    at
  );
  return [next, [...effects, ...more]];
}

/**
 * What comes before the step 2 may stand on it. By itself it would only delete, in texts in the place
 * of which there are others by then, so that nothing would be left of them to be brought along. Where
 * the local document had nothing, it is a part of it.
 */
export function receiveUpdate(state: SessionState, update: Uint8Array): Step {
  const { link, lineage, partial } = state;
  return link.kind === 'syncing' && !link.received && lineage !== null && !partial
    ? step(withLink(state, { ...link, early: [...link.early, update] }))
    : apply(state, [update], link.kind === 'synced');
}

/**
 * From here on the local document holds something of the room's history. Where it had nothing, it
 * has all of it only with the step 2.
 */
function apply(state: SessionState, updates: readonly Uint8Array[], isNews: boolean): Step {
  const { link, edits } = state;
  const lineage = link.kind === 'syncing' ? link.lineage : state.lineage;
  const partial = state.partial || (link.kind === 'syncing' && state.lineage === null);
  // News name all that the room had of what they delete. What tells all at once also names what came
  // later, which may be all that was not acknowledged before.
  const heeded = isNews ? ALL_EDITS : edits.durable;
  return step({ ...state, lineage, partial }, { type: 'apply', updates, heeded });
}

function finishSync(
  state: SessionState,
  progress: { readonly sent?: true; readonly received?: true; readonly early?: [] },
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
