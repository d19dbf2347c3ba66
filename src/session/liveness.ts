/** Whether somebody is at the other end: signs of life, asked for and missed. */
import { dropConnection } from './connect';
import { step } from './effects';
import type { Step } from './effects';
import type { Moment } from './events';
import { wireOf } from './state';
import type { PendingPing, SessionState } from './state';
import { withWire } from './wire';

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
