/** What of our edits the server has, and what of them its file has. */
import { dropConnection } from './connect';
import { step } from './effects';
import type { Step } from './effects';
import type { Moment } from './events';
import { wireOf } from './state';
import type { SessionState, Wire } from './state';
import { withWire } from './wire';

export function receiveAck(state: SessionState, wire: Wire, count: number, moment: Moment): Step {
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
export function tellFiled(state: SessionState): Step {
  const { status, edits } = state;
  const taken = (wireOf(state)?.acked ?? 0) > 0;
  return taken && status?.save.state === 'saved' && status.file.state === 'present'
    ? step(state, { type: 'filed', edits: edits.durable })
    : step(state);
}
