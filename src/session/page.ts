import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import { now } from './clock';
import type { SessionDriver } from './driver';
import { wireOf } from './state';
import type { SessionState } from './state';
import { STABLE_AFTER } from './timing';

/** Tells all sessions of a page that the server has been found again. */
const REACHABLE = 'jupyter-collab-reachable';

/** Tell `driver` what happens to the page: the network, being seen, and being left. */
export function watchPage(driver: SessionDriver, serverUrl: string): IDisposable {
  const local = isLoopback(serverUrl);
  // Without any network, a server on this very machine is still there: test, do not hang up.
  const onOffline = () => driver.tell({ type: local ? 'visible' : 'offline' });
  const onOnline = () => driver.tell({ type: 'online' });
  const returns = new Returns();
  // One that was back itself, and is not any more, knows that the server is there: it waits longer
  // each time, so that it does not connect without end, nor has others do so.
  const onReachable = () => returns.isRecent || driver.tell({ type: 'visible' });
  const onHide = () => driver.tell({ type: 'hidden' });
  const onVisibility = () =>
    driver.tell({ type: document.visibilityState === 'visible' ? 'visible' : 'hidden' });

  window.addEventListener('offline', onOffline);
  window.addEventListener('online', onOnline);
  window.addEventListener(REACHABLE, onReachable);
  window.addEventListener('pagehide', onHide);
  document.addEventListener('visibilitychange', onVisibility);
  driver.stateChanged.connect(returns.follow);
  return new DisposableDelegate(() => {
    window.removeEventListener('offline', onOffline);
    window.removeEventListener('online', onOnline);
    window.removeEventListener(REACHABLE, onReachable);
    window.removeEventListener('pagehide', onHide);
    document.removeEventListener('visibilitychange', onVisibility);
  });
}

/** Sessions wait for different times before they try again; the first one back calls the rest. */
class Returns {
  /** Whether the session has been back within the time that a good connection holds at least. */
  get isRecent(): boolean {
    return now() - this._last < STABLE_AFTER;
  }

  readonly follow = (_: unknown, state: SessionState): void => {
    const isBack = this._wasAway && wireOf(state) !== null;
    this._wasAway = state.link.kind === 'offline' || (this._wasAway && !isBack);
    if (isBack) {
      this._last = now();
      tellReachable();
    }
  };

  private _wasAway = false;
  private _last = -Infinity;
}

/** The server is there again: those of this page's sessions that wait try it at once. */
export function tellReachable(): void {
  window.dispatchEvent(new Event(REACHABLE));
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url, window.location.href);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
