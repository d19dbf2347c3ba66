import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

/** Milliseconds from one look at the server to the next. */
export const REFRESH_INTERVAL = 2_000;

export interface WatchedState {
  /** The server does something that was asked for. */
  readonly isBusy: boolean;
  /** Why what was asked for was not done. */
  readonly failure: unknown;
  /** Why it is not known how things are now. */
  readonly problem: unknown;
}

/** What is known before anything was asked. */
export const UNASKED: WatchedState = { isBusy: false, failure: null, problem: null };

/** Something of the server that others change too: it is looked at again and again. */
export abstract class Watched<State extends WatchedState> {
  protected constructor(private _state: State) {}

  get state(): State {
    return this._state;
  }

  get changed(): ISignal<this, State> {
    return this._changed;
  }

  /** Look now, and again and again until `stop`. */
  start(): void {
    this._isRunning = true;
    void this._look();
  }

  stop(): void {
    this._isRunning = false;
    clearTimeout(this._timer);
  }

  /** Ask the server how things are; rejects where it does not tell. */
  protected abstract look(): Promise<Partial<State>>;

  /** Do something that was asked for, after which `work` knows more; whether it was done. */
  protected async attempt(work: () => Promise<Partial<State>>): Promise<boolean> {
    this._set({ isBusy: true, failure: null });
    try {
      const done = await work();
      this._changes += 1;
      this._set({ ...done, isBusy: false });
      return true;
    } catch (failure) {
      this._set({ failure, isBusy: false });
      return false;
    }
  }

  private async _look(): Promise<void> {
    const { _changes } = this;
    try {
      const seen = await this.look();
      // An answer from before a change of ours would undo it.
      this._set(_changes === this._changes ? { ...seen, problem: null } : { problem: null });
    } catch (problem) {
      this._set({ problem });
    }
    if (this._isRunning) {
      this._timer = setTimeout(() => void this._look(), REFRESH_INTERVAL);
    }
  }

  private _set(change: Partial<State> | Partial<WatchedState>): void {
    this._state = { ...this._state, ...change };
    this._changed.emit(this._state);
  }

  private _changes = 0;
  private _isRunning = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, State>(this);
}
