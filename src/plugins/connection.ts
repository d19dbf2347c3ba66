import { IConnectionLost } from '@jupyterlab/application';
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { ServiceManager } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { translationOf } from '../translation';

/** How often a server that was lost is looked for, in milliseconds. */
const LOOK_INTERVAL = 3_000;

/**
 * Says that the server is gone without standing in the way: documents go on without it, and a
 * dialog would take the keys that people type.
 */
export const connectionLost: JupyterFrontEndPlugin<IConnectionLost> = {
  id: 'jupyter-collab:connection-lost',
  description: 'Says that the server cannot be reached, without stopping anybody who types.',
  autoStart: true,
  provides: IConnectionLost,
  activate: notifyUntilBack
};

/** On a JupyterHub, JupyterLab offers to start the server again: that stays as it is. */
export const isOnHub = PageConfig.getOption('hubPrefix') !== '';

function notifyUntilBack(): IConnectionLost {
  let shown = false;
  return async (manager, _error, translator) => {
    if (shown) {
      return;
    }
    shown = true;
    const id = Notification.warning(lost(translationOf(translator)), { autoClose: false });
    await untilBack(manager);
    Notification.dismiss(id);
    shown = false;
  };
}

function lost(trans: TranslationBundle): string {
  return trans.__('The server cannot be reached. Go on editing: changes are sent when it is back.');
}

async function untilBack(manager: ServiceManager.IManager): Promise<void> {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, LOOK_INTERVAL));
    try {
      await manager.sessions.refreshRunning();
      return;
    } catch {
      // It is not back yet.
    }
  }
}
