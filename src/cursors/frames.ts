import type { IDisposable } from '@lumino/disposable';

/** Where time comes from, and how to be called when the browser is about to paint. */
export interface Clock {
  /** In milliseconds since whenever. */
  now(): number;
  nextFrame(call: () => void): void;
  after(milliseconds: number, call: () => void): void;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  nextFrame: call => void requestAnimationFrame(call),
  after: (milliseconds, call) => void setTimeout(call, milliseconds)
};

/**
 * Keeps what the others' cursors cost within a share of the page's time: who has worked for a
 * while has to rest for the rest of it.
 */
export class Budget {
  constructor(
    private readonly _clock: Clock,
    private readonly _share = 0.2
  ) {}

  /** Do `work` and count the time that it takes. */
  spend<T>(work: () => T): T {
    const start = this._clock.now();
    try {
      return work();
    } finally {
      const end = this._clock.now();
      const rest = this.rest + (end - start) * (1 / this._share - 1);
      this._restUntil = end + Math.min(MAX_REST, rest);
    }
  }

  /** How long to rest from now on, in milliseconds. */
  get rest(): number {
    return Math.max(0, this._restUntil - this._clock.now());
  }

  private _restUntil = 0;
}

/** However slow the page is, the others are not further behind than this, in milliseconds. */
const MAX_REST = 500;

/** Calls `paint` with the next frame that the budget allows, however often it is asked to. */
export class FrameBatch implements IDisposable {
  constructor(
    private readonly _paint: () => void,
    private readonly _clock: Clock = browserClock,
    private readonly _budget: Budget = pageBudget
  ) {}

  request(): void {
    if (!this._isWaiting) {
      this._isWaiting = true;
      this._wait();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
  }

  private _wait(): void {
    const { rest } = this._budget;
    if (rest > 0) {
      this._clock.after(rest, () => this._wait());
    } else {
      this._clock.nextFrame(() => this._go());
    }
  }

  private _go(): void {
    this._isWaiting = false;
    if (!this._isDisposed) {
      this._budget.spend(this._paint);
    }
  }

  private _isWaiting = false;
  private _isDisposed = false;
}

/** What all cursors of this page may cost together. */
export const pageBudget = new Budget(browserClock);
