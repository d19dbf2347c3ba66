/** Tells the time in milliseconds since the epoch, about. */
export type Clock = () => number;

/**
 * A clock that goes with the system's, also over a sleep, but never goes back: what is due would
 * have to wait for as long as the system's clock was set back.
 */
export function makeClock(read: Clock = () => Date.now()): Clock {
  let last = read();
  let lag = 0;
  return () => {
    const time = read();
    lag += Math.max(0, last - time);
    last = time;
    return time + lag;
  };
}

/** For whatever is due after some time, and not for what outlives the page. */
export const now = makeClock();
