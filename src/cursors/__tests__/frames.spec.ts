import { Budget, FrameBatch } from '../frames';
import type { Clock } from '../frames';

/** Time that passes when it is told to; frames come every 16 milliseconds. */
class FakeClock implements Clock {
  now(): number {
    return this._now;
  }

  nextFrame(call: () => void): void {
    this.after(16 - (this._now % 16), call);
  }

  after(milliseconds: number, call: () => void): void {
    this._calls.push([this._now + milliseconds, call]);
  }

  work(milliseconds: number): void {
    this._now += milliseconds;
  }

  pass(milliseconds: number): void {
    const end = this._now + milliseconds;
    for (;;) {
      this._calls.sort(([one], [other]) => one - other);
      const [due, call] = this._calls[0] ?? [Infinity, () => undefined];
      if (due > end) {
        break;
      }
      this._calls.shift();
      this._now = Math.max(this._now, due);
      call();
    }
    this._now = Math.max(this._now, end);
  }

  private _now = 0;
  private readonly _calls: [number, () => void][] = [];
}

function setUp(cost: number) {
  const clock = new FakeClock();
  const times: number[] = [];
  const paint = () => {
    times.push(clock.now());
    clock.work(cost);
  };
  const batch = new FrameBatch(paint, clock, new Budget(clock, 0.2));
  return { clock, times, batch };
}

describe('FrameBatch', () => {
  it('paints once for all that is asked for before a frame', () => {
    const { clock, times, batch } = setUp(0);
    batch.request();
    batch.request();
    clock.pass(100);
    expect(times).toEqual([16]);
    batch.request();
    clock.pass(100);
    expect(times).toEqual([16, 112]);
  });

  it('takes no more than its share of the time, however often it is asked', () => {
    const { clock, times, batch } = setUp(10);
    for (let n = 0; n < 1000; n++) {
      batch.request();
      clock.pass(1);
    }
    expect(times.length * 10).toBeLessThanOrEqual(0.2 * clock.now());
    expect(times.length).toBeGreaterThan(10);
  });

  it('is never further behind than half a second', () => {
    const { clock, times, batch } = setUp(400);
    batch.request();
    clock.pass(500);
    batch.request();
    clock.pass(1000);
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(400 + 500 + 16);
  });

  it('paints nothing once it is disposed', () => {
    const { clock, times, batch } = setUp(0);
    batch.request();
    batch.dispose();
    clock.pass(100);
    expect(times).toEqual([]);
  });
});
