import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import type { SessionDriver } from './driver';
import { wireOf } from './state';
import type { SessionState } from './state';

/** Tells all sessions of a page that one of them has found the server again. */
const REACHABLE = 'jupyter-collab-reachable';

/** Tell `driver` what happens to the page: the network, being seen, and being left. */
export function watchPage(driver: SessionDriver, serverUrl: string): IDisposable {
  const local = isLoopback(serverUrl);
  // Without any network, a server on this very machine is still there: test, do not hang up.
  const onOffline = () => driver.tell({ type: local ? 'visible' : 'offline' });
  const onOnline = () => driver.tell({ type: 'online' });
  const onHide = () => driver.tell({ type: 'hidden' });
  const onVisibility = () =>
    driver.tell({ type: document.visibilityState === 'visible' ? 'visible' : 'hidden' });

  window.addEventListener('offline', onOffline);
  window.addEventListener('online', onOnline);
  window.addEventListener(REACHABLE, onOnline);
  window.addEventListener('pagehide', onHide);
  document.addEventListener('visibilitychange', onVisibility);
  driver.stateChanged.connect(reportReturn());
  return new DisposableDelegate(() => {
    window.removeEventListener('offline', onOffline);
    window.removeEventListener('online', onOnline);
    window.removeEventListener(REACHABLE, onOnline);
    window.removeEventListener('pagehide', onHide);
    document.removeEventListener('visibilitychange', onVisibility);
  });
}

/** Sessions wait for different times before they try again; the first one back calls the rest. */
function reportReturn(): (sender: unknown, state: SessionState) => void {
  let wasAway = false;
  return (_, state) => {
    const isBack = wasAway && wireOf(state) !== null;
    wasAway = state.link.kind === 'offline' || (wasAway && !isBack);
    if (isBack) {
      // This very session hears of it as well, and comes here again meanwhile.
      window.dispatchEvent(new Event(REACHABLE));
    }
  };
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url, window.location.href);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
