/** What is done here on its way to the server: counted, and sent with its neighbours. */
import { step } from './effects';
import type { Effect, Step } from './effects';
import { wireOf } from './state';
import type { SessionState, Wire } from './state';
import { FLUSH_INTERVAL } from './timing';
import { countFrame, withWire } from './wire';

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
