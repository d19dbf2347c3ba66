import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Identity } from '../people/identity';

const GREETED = 'jupyter-collab:greeted';

/** Tell guests at their first visit how others see them; nothing waits for an answer. */
export function greet(identity: Identity, trans: TranslationBundle, change: () => void): void {
  const tell = () => {
    const { user } = identity;
    if (user === null || user.username === remembered()) {
      return;
    }
    identity.changed.disconnect(tell);
    remember(user.username);
    const id = Notification.info(trans.__('Others see you as %1.', user.displayName), {
      autoClose: 20_000,
      actions: [{ label: trans.__('Change Name…'), callback: change }]
    });
    const endOnceRenamed = () => {
      if (identity.user?.displayName !== user.displayName) {
        identity.changed.disconnect(endOnceRenamed);
        Notification.dismiss(id);
      }
    };
    identity.changed.connect(endOnceRenamed);
  };
  identity.changed.connect(tell);
  tell();
}

/** Browsers may refuse to keep anything: then the name tag alone says it again. */
function remembered(): string | null {
  try {
    return localStorage.getItem(GREETED);
  } catch {
    return null;
  }
}

function remember(username: string): void {
  try {
    localStorage.setItem(GREETED, username);
  } catch {
    // It is told again at the next visit.
  }
}
