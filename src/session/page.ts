import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import type { SessionDriver } from './driver';

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
  window.addEventListener('pagehide', onHide);
  document.addEventListener('visibilitychange', onVisibility);
  return new DisposableDelegate(() => {
    window.removeEventListener('offline', onOffline);
    window.removeEventListener('online', onOnline);
    window.removeEventListener('pagehide', onHide);
    document.removeEventListener('visibilitychange', onVisibility);
  });
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url, window.location.href);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
