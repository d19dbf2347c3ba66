/** What is counted and batched on an open connection. */
import { withLink } from './connect';
import { wireOf } from './state';
import type { SessionState, Wire } from './state';
import { FLUSH_INTERVAL } from './timing';

export function openWire(at: number): Wire {
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

export function live(state: SessionState, wire: Wire, at: number): SessionState {
  return withLink(state, { kind: 'synced', wire, since: at });
}

export function withWire(state: SessionState, change: Partial<Wire>): SessionState {
  const { link } = state;
  if (link.kind !== 'syncing' && link.kind !== 'synced') {
    return state;
  }
  return withLink(state, { ...link, wire: { ...link.wire, ...change } });
}

/** One more step 2 or update leaves; once it is acknowledged, so are all edits made so far. */
export function countFrame(state: SessionState): SessionState {
  const frames = wireOf(state)?.frames ?? [];
  const { made, durable } = state.edits;
  return withWire(state, { frames: [...frames, state.access === 'edit' ? made : durable] });
}
