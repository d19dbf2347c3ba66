import { IConnectionLost } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { readConfig } from '../config';
import { tellReachable } from '../session';
import { translationOf } from '../translation';

/** How often a server that was lost is looked for, in milliseconds. */
const LOOK_INTERVAL = 3_000;

/** What proxies answer for a server that they do not reach. */
const NO_SERVER: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Says that the server is gone without standing in the way: documents go on without it, and a
 * dialog would take the keys that people type.
 */
export const connectionLost: JupyterFrontEndPlugin<IConnectionLost> = {
  id: 'jupyter-collab:connection-lost',
  description: 'Says that the server cannot be reached, without stopping anybody who types.',
  autoStart: true,
  provides: IConnectionLost,
  activate: ({ commands }: JupyterFrontEnd) => notifyUntilBack(watchShutDown(commands))
};

/** On a JupyterHub, JupyterLab offers to start the server again: that stays as it is. */
export const isOnHub = PageConfig.getOption('hubPrefix') !== '';

/**
 * Tells whether somebody has shut down the server at this page. JupyterLab then shows a dialog that
 * says so and that nothing closes; where somebody thinks better of it, there is none.
 */
export function watchShutDown(
  commands: Pick<CommandRegistry, 'commandExecuted'>,
  isDialogShown = () => Dialog.tracker.currentWidget !== null
): () => boolean {
  let isShutDown = false;
  commands.commandExecuted.connect((_, { id, result }) => {
    if (id === 'filemenu:shutdown') {
      result.then(
        () => {
          isShutDown = isDialogShown();
        },
        () => undefined
      );
    }
  });
  return () => isShutDown;
}

function notifyUntilBack(isShutDown: () => boolean): IConnectionLost {
  let shown = false;
  return async (manager, _error, translator) => {
    if (shown || isShutDown()) {
      return;
    }
    shown = true;
    const id = Notification.warning(words(translationOf(translator)), { autoClose: false });
    await untilBack(manager.serverSettings);
    // Documents look for it less and less often, and so does JupyterLab.
    tellReachable();
    manager.sessions.refreshRunning().catch(() => undefined);
    Notification.dismiss(id);
    shown = false;
  };
}

function words(trans: TranslationBundle): string {
  const { guest } = readConfig();
  const mayEdit = guest === null || guest.documents.some(({ role }) => role === 'edit');
  return mayEdit
    ? trans.__('The server cannot be reached. Go on editing: changes are sent when it is back.')
    : trans.__('The server cannot be reached. You see the changes of others when it is back.');
}

/**
 * Resolves once the server answers, whatever it says; a proxy before it answers that there is none.
 *
 * The services of JupyterLab cannot be asked: what refreshes their lists resolves also where it failed.
 */
export async function untilBack(settings: ServerConnection.ISettings): Promise<void> {
  const url = URLExt.join(settings.baseUrl, 'api/me');
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, LOOK_INTERVAL));
    try {
      const { status } = await ServerConnection.makeRequest(url, {}, settings);
      if (!NO_SERVER.has(status)) {
        return;
      }
    } catch {
      // It is not back yet.
    }
  }
}
