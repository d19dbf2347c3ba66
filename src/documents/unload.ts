import type { IDisposable } from '@lumino/disposable';

/**
 * Has the browser ask before the page is left while something would be lost.
 *
 * It listens only then: a page that listens to `beforeunload` is not kept for going back to.
 */
export class UnloadGuard implements IDisposable {
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this.update(false);
    this._isDisposed = true;
  }

  update(atRisk: boolean): void {
    if (atRisk === this._isOn || this._isDisposed) {
      return;
    }
    this._isOn = atRisk;
    if (atRisk) {
      window.addEventListener('beforeunload', this._askToStay);
    } else {
      window.removeEventListener('beforeunload', this._askToStay);
    }
  }

  /** Each guard has a listener of its own: one that goes must not take another's away. */
  private readonly _askToStay = (event: BeforeUnloadEvent): void => {
    event.preventDefault();
  };

  private _isOn = false;
  private _isDisposed = false;
}
