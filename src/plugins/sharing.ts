import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  addToolbarButtonClass,
  RankedMenu,
  ReactWidget,
  shareIcon,
  ToolbarButtonComponent
} from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import {
  addShareCommands,
  askBeforeCommands,
  documentSection,
  hubSection,
  ServerHubSharesApi,
  serverSection,
  ServerSharingApi,
  ShareCommands,
  ShareRight,
  Subjects
} from '../sharing';
import { translationOf } from '../translation';

/** Before the menu with the settings. */
const MENU_RANK = 900;

/** What the file browser lists, and where sharing is among what can be done with it. */
const FILES = '.jp-DirListing-item[data-isdir]';
const FILES_RANK = 14;

/** What needs nothing to be selected. */
const IN_MENU = [ShareCommands.server, ShareCommands.document];

/** Lets people share the server and its documents, whom it lets write. Guests have none of it. */
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
    askBeforeCommands(app.commandLinker);
    const trans = translationOf(translator);
    const { serverSettings } = app.serviceManager;
    const api = new ServerSharingApi(serverSettings);
    const hub = hubSection(new ServerHubSharesApi(serverSettings));
    // In the order of their tabs; on a JupyterHub it is the last one that shares the server.
    const sections = [documentSection, serverSection, hub];
    const subjects = new Subjects(app, provider, browsers);
    const right = new ShareRight(serverSettings);
    addShareCommands(app.commands, { subjects, sections, api, right, trans });
    addMenu(app, mainMenu, right, trans);
    addButtons(app, { subjects, right, toolbars, trans });
    app.contextMenu.addItem({ command: ShareCommands.file, selector: FILES, rank: FILES_RANK });
    IN_MENU.forEach(command => palette?.addItem({ command, category: trans.__('Collaboration') }));
    provider.documentOpened.connect((_, document) => askWhenAccessChanges(right, document));
    void right.ask();
  }
};

/** The site has given or taken the right to write, of which a document's connection is told. */
function askWhenAccessChanges(right: ShareRight, document: DocumentProvider): void {
  let last = document.state.access;
  document.stateChanged.connect((_, { access }) => {
    if (access !== last) {
      last = access;
      void right.ask();
    }
  });
}

function addMenu(
  { commands }: JupyterFrontEnd,
  mainMenu: IMainMenu | null,
  right: ShareRight,
  trans: TranslationBundle
): void {
  let menu: RankedMenu | null = null;
  right.changed.connect(() => {
    menu?.dispose();
    menu = right.isHeld ? makeMenu() : null;
    if (menu !== null) {
      mainMenu?.addMenu(menu, true, { rank: MENU_RANK });
    }
  });

  function makeMenu(): RankedMenu {
    const made = new RankedMenu({ commands });
    made.id = 'jp-mainmenu-share';
    made.title.label = trans.__('Share');
    IN_MENU.forEach(command => made.addItem({ command, args: { isMenu: true } }));
    return made;
  }
}

interface ButtonParts {
  readonly subjects: Subjects;
  readonly right: ShareRight;
  readonly toolbars: IToolbarWidgetRegistry | null;
  readonly trans: TranslationBundle;
}

/** In the bar of each shared document, beside the people who are in it. */
function addButtons({ commands }: JupyterFrontEnd, parts: ButtonParts): void {
  const { subjects, right, toolbars, trans } = parts;
  const make = (widget: Widget): Widget => {
    const subject = subjects.of(widget);
    if (subject?.obstacle !== null) {
      return new Widget();
    }
    // JupyterLab's ToolbarButton stays pressed after a click, to eyes and to screen readers.
    const content = React.createElement(ToolbarButtonComponent, {
      className: 'jp-CollabShareButton',
      icon: shareIcon,
      label: trans.__('Share'),
      tooltip: trans.__('Share this document, or the whole server'),
      'aria-haspopup': 'dialog',
      onClick: () => {
        const path = subjects.of(widget)?.path ?? null;
        void commands.execute(ShareCommands.document, { path });
      }
    });
    const button = addToolbarButtonClass(ReactWidget.create(content));
    const update = () => button.setHidden(!right.isHeld);
    right.changed.connect(update);
    button.disposed.connect(() => right.changed.disconnect(update));
    update();
    return button;
  };
  ['Notebook', 'Editor'].forEach(factory => toolbars?.addFactory(factory, 'collab-share', make));
}
