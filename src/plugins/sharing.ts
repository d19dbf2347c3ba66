import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import { RankedMenu, shareIcon, ToolbarButton } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import { CollabContentProvider } from '../drive';
import {
  addShareCommands,
  documentSection,
  hubSection,
  ServerHubSharesApi,
  serverSection,
  ServerSharingApi,
  ShareCommands,
  Subjects
} from '../sharing';

/** Before the menu with the settings. */
const MENU_RANK = 900;

/** What the file browser lists, and where sharing is among what can be done with it. */
const FILES = '.jp-DirListing-item[data-isdir]';
const FILES_RANK = 14;

/** What needs nothing to be selected. */
const IN_MENU = [ShareCommands.server, ShareCommands.document];

/** Lets people share the server and its documents. Those who came by a link have none of it. */
export const sharing: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:sharing',
  description: 'Makes links to this server and to its documents.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  optional: [IFileBrowserFactory, IMainMenu, IToolbarWidgetRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    browsers: IFileBrowserFactory | null,
    mainMenu: IMainMenu | null,
    toolbars: IToolbarWidgetRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = (translator ?? nullTranslator).load('jupyter_collab');
    const { serverSettings } = app.serviceManager;
    const api = new ServerSharingApi(serverSettings);
    const hub = hubSection(new ServerHubSharesApi(serverSettings));
    // In the order of their tabs; on a JupyterHub it is the last one that shares the server.
    const sections = [documentSection, serverSection, hub];
    const subjects = new Subjects(app, provider, browsers);
    addShareCommands(app.commands, { subjects, sections, api, trans });
    addMenu(app, mainMenu, trans);
    addButtons(app, subjects, toolbars, trans);
    app.contextMenu.addItem({ command: ShareCommands.file, selector: FILES, rank: FILES_RANK });
    IN_MENU.forEach(command => palette?.addItem({ command, category: trans.__('Collaboration') }));
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
  IN_MENU.forEach(command => menu.addItem({ command, args: { isMenu: true } }));
  mainMenu?.addMenu(menu, true, { rank: MENU_RANK });
}

/** In the bar of each shared document, beside the people who are in it. */
function addButtons(
  { commands }: JupyterFrontEnd,
  subjects: Subjects,
  toolbars: IToolbarWidgetRegistry | null,
  trans: TranslationBundle
): void {
  const make = (widget: Widget): Widget => {
    const subject = subjects.of(widget);
    if (subject?.obstacle !== null) {
      return new Widget();
    }
    return new ToolbarButton({
      className: 'jp-CollabShareButton',
      icon: shareIcon,
      label: trans.__('Share'),
      tooltip: trans.__('Share this document, or the whole server'),
      onClick: () => {
        const path = subjects.of(widget)?.path ?? null;
        void commands.execute(ShareCommands.document, { path });
      }
    });
  };
  ['Notebook', 'Editor'].forEach(factory => toolbars?.addFactory(factory, 'collab-share', make));
}
