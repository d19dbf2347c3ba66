import { ICollaborativeContentProvider, IGlobalAwareness } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IMainMenu } from '@jupyterlab/mainmenu';
import type { ServiceManager } from '@jupyterlab/services';
import { ISettingConnector } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Awareness } from 'y-protocols/awareness';

import { readConfig } from '../config';
import { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import { explainRefusal } from '../explain';
import { Circle } from '../guest/circle';
import { EndedNotice } from '../guest/ended';
import { greet } from '../guest/greeting';
import { pruneMenus } from '../guest/menus';
import { NameTag } from '../guest/nametag';
import { GuestSettings } from '../guest/settings';
import { unsentText } from '../guest/unsent';
import { Commands } from '../people/commands';
import { IIdentity } from '../people/identity';
import type { Identity } from '../people/identity';
import { unsynced } from '../session';
import { translationOf } from '../translation';
import { documentIn, onDocumentWidget } from './widgets';

/** The page of somebody who came by a link to a document. For everybody else it does nothing. */
export const guestPage: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:guest-page',
  description: 'Tells guests who they are, what is not for them, and when their link ends.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, IIdentity],
  optional: [IGlobalAwareness, IMainMenu, IDefaultFileBrowser, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    identity: Identity,
    everybody: Awareness | null,
    mainMenu: IMainMenu | null,
    files: IDefaultFileBrowser | null,
    translator: ITranslator | null
  ) => {
    const { guest } = readConfig();
    if (guest === null || !(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = translationOf(translator);
    document.body.classList.add('jp-mod-collabGuest');
    // The server keeps no workspace of guests, and refuses to once their link has ended.
    app.serviceManager.workspaces.save = async () => Promise.resolve();
    if (everybody instanceof Circle) {
      everybody.join(provider);
    }
    if (mainMenu !== null) {
      void app.restored.then(() => pruneMenus(mainMenu));
    }
    sayWhatIsNotOpened(app.commands, trans);
    const changeName = () => void app.commands.execute(Commands.editProfile);
    onDocumentWidget(app.docRegistry, widget => {
      const shared = documentIn(widget, provider);
      if (shared !== null) {
        const end = () => endServices(app.serviceManager, files);
        sayWhenEnded({ widget, shared, provider, trans, end });
        sayWhatIsTakenBack(shared, trans);
        if (!guest.named) {
          const tag = new NameTag(identity, changeName, trans);
          void widget.revealed.then(() => widget.toolbar.addItem('collab-name', tag));
        }
      }
    });
    if (!guest.named) {
      void app.restored.then(() => greet(identity, trans, changeName));
    }
  }
};

/** What guests change of the settings of their page. */
export const guestSettings: JupyterFrontEndPlugin<ISettingConnector> = {
  id: 'jupyter-collab:guest-settings',
  description: 'Keeps the settings of guests in their browser.',
  autoStart: true,
  provides: ISettingConnector,
  activate: ({ serviceManager }: JupyterFrontEnd) => {
    const prefix = `jupyter-collab:settings:${serviceManager.serverSettings.baseUrl}:`;
    return new GuestSettings(serviceManager.settings, window.localStorage, prefix);
  }
};

/** Put the words why in the place of a document that is not open to us any more. */
function sayWhenEnded({ widget, shared, provider, trans, end }: Parts): void {
  shared.stateChanged.connect((_, state) => {
    const { link, lineage, path } = state;
    const isOut = link.kind === 'refused' && link.reason !== 'oversized';
    if (!isOut || lineage === null || widget.content.isHidden) {
      return;
    }
    const notice = new EndedNotice(
      {
        isLinkEnd: link.reason === 'link-ended',
        reason: explainRefusal(trans, link, path),
        unsent: unsynced(state),
        text: textOf(shared, provider)
      },
      trans
    );
    widget.content.hide();
    widget.toolbar.hide();
    widget.contentHeader.addWidget(notice);
    dismissHints();
    end();
  });
}

/** They are about a document that is not there any more, and lie over the words on narrow pages. */
function dismissHints(): void {
  Notification.manager.notifications
    .filter(({ type }) => type === 'info')
    .forEach(({ id }) => Notification.dismiss(id));
}

interface Parts {
  readonly widget: DocumentWidget;
  readonly shared: DocumentProvider;
  readonly provider: CollabContentProvider;
  readonly trans: TranslationBundle;
  /** Called when the words are there. */
  readonly end: () => void;
}

/** Ask the server for nothing any more: all answers would be that it does not know us. */
function endServices(
  { events, kernels, kernelspecs, sessions, terminals }: ServiceManager.IManager,
  files: IDefaultFileBrowser | null
): void {
  [events, sessions, kernels, kernelspecs, terminals].forEach(service => service.dispose());
  files?.model.dispose();
}

/** What the server did not get, in words. */
function textOf(shared: DocumentProvider, provider: CollabContentProvider): string {
  const pieces = shared.pieces();
  const difference = pieces.length === 0 ? null : provider.readDifference(shared, pieces);
  return difference === null ? '' : unsentText(difference);
}

/** A press on what leads from the document to another file would be without any answer. */
function sayWhatIsNotOpened(commands: JupyterFrontEnd['commands'], trans: TranslationBundle): void {
  commands.commandExecuted.connect((_, { id, result }) => {
    if (id === 'rendermime:handle-local-link') {
      result.catch(() =>
        Notification.info(
          trans.__(
            'The link by which you came opens this document, and no other file of the server.'
          ),
          { autoClose: 8_000 }
        )
      );
    }
  });
}

/** The server puts right what guests may not write, and says so. */
function sayWhatIsTakenBack(shared: DocumentProvider, trans: TranslationBundle): void {
  let last = shared.state.refusal;
  let shown = '';
  shared.stateChanged.connect((_, { refusal }) => {
    const isNew = refusal !== last && refusal?.reason === 'not-for-guests';
    last = refusal;
    if (isNew && !Notification.manager.has(shown)) {
      shown = Notification.warning(
        trans.__(
          'Guests may write text and cells. Outputs, and settings of cells and notebook, stay as they were.'
        ),
        { autoClose: 8_000 }
      );
    }
  });
}
