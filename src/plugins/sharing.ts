import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import { RankedMenu } from '@jupyterlab/ui-components';

import { CollabContentProvider } from '../drive';
import {
  addShareCommands,
  serverSection,
  ServerSharingApi,
  ShareCommands,
  Subjects
} from '../sharing';
import type { ShareSection } from '../sharing';

/** The parts of the dialog, in the order of their tabs. */
const SECTIONS: readonly ShareSection[] = [serverSection];

/** Before the menu with the settings. */
const MENU_RANK = 900;

/** Lets people share the server and its documents. Those who came by a link have none of it. */
export const sharing: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:sharing',
  description: 'Makes links to this server and to its documents.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, IDocumentManager],
  optional: [IMainMenu, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    manager: IDocumentManager,
    mainMenu: IMainMenu | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = (translator ?? nullTranslator).load('jupyter_collab');
    const api = new ServerSharingApi(app.serviceManager.serverSettings);
    const subjects = new Subjects(app, manager, provider);
    addShareCommands(app.commands, { subjects, sections: SECTIONS, api, trans });
    addMenu(app, mainMenu, trans);
    Object.values(ShareCommands).forEach(command =>
      palette?.addItem({ command, category: trans.__('Collaboration') })
    );
  }
};

function addMenu(
  { commands }: JupyterFrontEnd,
  mainMenu: IMainMenu | null,
  trans: TranslationBundle
): void {
  const menu = new RankedMenu({ commands });
  menu.id = 'jp-mainmenu-share';
  menu.title.label = trans.__('Share');
  Object.values(ShareCommands).forEach(command =>
    menu.addItem({ command, args: { isMenu: true } })
  );
  mainMenu?.addMenu(menu, true, { rank: MENU_RANK });
}
