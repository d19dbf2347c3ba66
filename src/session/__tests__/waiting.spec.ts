import type { SessionState } from '..';
import { follow, LATE } from '../waiting';
import type { Waiting } from '../waiting';
import { live } from './play';

function state(made: number, durable: number): SessionState {
  return { ...live().state, edits: { made, durable } };
}

/** Somebody types a key every 100 ms, of which the server has those of `delay` ms ago, and says so
 * every `pace` ms; returns how old the oldest key that it lacks is taken to be, and is, at most. */
function ages(delay: number, pace = 200): [number, number] {
  let waiting: Waiting | null = null;
  let durable = 0;
  let taken = 0;
  let real = 0;
  for (let at = 0; at < 20_000; at += 10) {
    const made = Math.floor(at / 100) + 1;
    if (at % pace === 0) {
      durable = Math.max(0, Math.floor((at - delay) / 100) + 1);
    }
    waiting = follow(waiting, state(made, durable), at);
    if (waiting !== null) {
      taken = Math.max(taken, at - waiting.since);
    }
    if (made > durable) {
      real = Math.max(real, at - durable * 100);
    }
  }
  return [taken, real];
}

describe('follow', () => {
  it('knows nothing that waits where the server has all', () => {
    expect(follow(null, state(3, 3), 5)).toBeNull();
    expect(follow({ since: 0, made: 3, at: 0 }, state(3, 3), 5)).toBeNull();
    expect(follow(null, { ...state(3, 2), access: 'view' }, 5)).toBeNull();
  });

  it('says since when the first one waits', () => {
    const first = follow(null, state(1, 0), 5);
    expect(first?.since).toBe(5);
    expect(follow(first, state(2, 0), 50)?.since).toBe(5);
    expect(follow(first, state(2, 0), 5_000)?.since).toBe(5);
  });

  it.each([
    [5, 200],
    [30, 200],
    [110, 200],
    [250, 200],
    [30, 800],
    [250, 900]
  ])('does not take who types on for late, at %i ms and a pace of %i ms', (delay, pace) => {
    const [taken, real] = ages(delay, pace);
    expect(real).toBeGreaterThan(delay);
    expect(taken).toBeGreaterThanOrEqual(real);
    expect(taken).toBeLessThan(LATE);
  });

  it('notices a server that is always late, whatever it acknowledges', () => {
    expect(ages(3_000)[0]).toBeGreaterThan(LATE);
  });
});
