import type { Lock } from './lock';

/** A command that waits, and where the person was who asked for it. */
interface Asked {
  readonly place: string;
  readonly run: () => void;
  readonly drop: () => void;
}

/**
 * Runs cells that somebody asks for while their old outputs are still coming, as soon as all are
 * there: run at once, a cell would have the old outputs and the new ones.
 */
export class LateRuns {
  /**
   * `place` names where the person is, since commands are about the cell that is active when they
   * run; `missed` is called when commands were not run, as the person is somewhere else by then.
   */
  constructor(
    private readonly _place: () => string,
    private readonly _missed: () => void
  ) {}

  /** Do `run` when `lock` is open. */
  ask(lock: Lock, run: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const place = this._place();
      const asked = {
        place,
        run: () => void run().then(resolve, reject),
        drop: () => resolve(undefined)
      };
      const waiting = this._waiting.get(lock);
      if (waiting === undefined) {
        this._waiting.set(lock, [asked]);
        lock.changed.connect(this._follow);
      } else {
        waiting.push(asked);
      }
    });
  }

  private readonly _follow = (lock: Lock): void => {
    lock.changed.disconnect(this._follow);
    // All others hear of it first, and make the notebook fit for it.
    void Promise.resolve().then(() => this._finish(lock));
  };

  private _finish(lock: Lock): void {
    const waiting = this._waiting.get(lock) ?? [];
    this._waiting.delete(lock);
    const here = this._place();
    const isWanted = ({ place }: Asked) => place === here && !lock.locked;
    const [wanted, lost] = [waiting.filter(isWanted), waiting.filter(asked => !isWanted(asked))];
    // One after the other, as if they were asked for now: a command may lead on to the next cell.
    wanted.forEach(({ run }) => run());
    lost.forEach(({ drop }) => drop());
    if (lost.length > 0) {
      this._missed();
    }
  }

  private readonly _waiting = new WeakMap<Lock, Asked[]>();
}
