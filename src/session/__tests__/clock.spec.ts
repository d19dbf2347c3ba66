import { makeClock } from '..';

describe('a clock', () => {
  it('goes on where the clock of the system is set back, and follows it forward', () => {
    let time = 1_000_000;
    const now = makeClock(() => time);
    expect(now()).toBe(1_000_000);
    time += 500;
    expect(now()).toBe(1_000_500);
    time -= 3_600_000;
    expect(now()).toBe(1_000_500);
    time += 20;
    expect(now()).toBe(1_000_520);
    time += 60_000;
    expect(now()).toBe(1_060_520);
  });
});
