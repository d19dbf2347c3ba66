import { LATE } from '../../session';
import { decide, LINGER, nextLook, RETRY } from '../decide';
import type { Facts, Phase } from '../decide';

const IDLE: Phase = { kind: 'idle' };

function facts(edits: number, more: Partial<Facts> = {}): Facts {
  return { edits, since: 0, live: true, cost: 0, ...more };
}

describe('decide', () => {
  it('writes nothing while the server acknowledges quickly', () => {
    const [waiting] = decide(IDLE, facts(1), 0);
    const [idle, action] = decide(waiting, facts(0), LATE - 1);
    expect([idle, action]).toEqual([IDLE, null]);
  });

  it('writes when the server has had its time', () => {
    const since100 = facts(1, { since: 100 });
    const [waiting, none] = decide(IDLE, since100, 100);
    expect(none).toBeNull();
    expect(nextLook(waiting, since100)).toBe(100 + LATE);
    expect(decide(waiting, since100, 100 + LATE)).toEqual([{ kind: 'keeping' }, 'begin']);
  });

  it('writes nothing while somebody types on and the server keeps up', () => {
    const [waiting] = decide(IDLE, facts(1), 0);
    const later = facts(1, { since: 3 * LATE });
    expect(decide(waiting, later, 3 * LATE + 1)).toEqual([{ kind: 'waiting' }, null]);
    expect(nextLook(waiting, later)).toBe(4 * LATE);
  });

  it('writes at once without a connection', () => {
    expect(decide(IDLE, facts(1, { live: false }), 0)[1]).toBe('begin');
  });

  it('has more patience where writing the document takes long', () => {
    const slow = facts(1, { cost: LATE / 10 });
    const [waiting] = decide(IDLE, slow, 0);
    expect(decide(waiting, slow, LATE)[1]).toBeNull();
    expect(decide(waiting, slow, 2 * LATE)[1]).toBe('begin');
  });

  it('goes on with the entry for a while after the server has all, then drops it', () => {
    const [lingering] = decide({ kind: 'keeping' }, facts(0), 0);
    expect(decide(lingering, facts(1), 1)).toEqual([{ kind: 'keeping' }, null]);
    expect(decide(lingering, facts(0), LINGER - 1)[1]).toBeNull();
    expect(decide(lingering, facts(0), LINGER)).toEqual([IDLE, 'drop']);
  });

  it('tries again after a failure, if there still is something to keep', () => {
    const failed: Phase = { kind: 'failed', until: RETRY };
    expect(decide(failed, facts(1), RETRY - 1)).toEqual([failed, null]);
    expect(decide(failed, facts(1), RETRY)).toEqual([{ kind: 'keeping' }, 'begin']);
    expect(decide(failed, facts(0), 1)).toEqual([IDLE, null]);
  });
});
