import { ICollaborativeContentProvider, IGlobalAwareness } from '@jupyter/collaborative-drive';
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry, Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowserRenderer } from '@jupyterlab/filebrowser';
import type { DirListing } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Awareness } from 'y-protocols/awareness';

import { CollabContentProvider } from '../documents/drive';
import { Circle } from '../guest/circle';
import { Announcer } from '../people/announcer';
import { addCommands, Commands } from '../people/commands';
import type { Parts } from '../people/commands';
import { Follower } from '../people/follower';
import { IIdentity } from '../people/identity';
import type { Identity } from '../people/identity';
import { lobbyOf } from '../people/lobby';
import { IPeopleSettings, readPeopleOptions } from '../people/options';
import type { PeopleSettings } from '../people/options';
import { Places } from '../people/places';
import { Invitations, Presenter } from '../people/presenting';
import type { Invitation } from '../people/presenting';
import { tellRunning } from '../people/tellrunning';
import { ViewTeller } from '../people/tellview';
import { PeopleBar } from '../people/ui/bar';
import type { BarActions } from '../people/ui/bar';
import { BarModel } from '../people/ui/barmodel';
import { FollowFrame } from '../people/ui/followframe';
import { MarkingRenderer } from '../people/ui/marks';
import { PersonMenus } from '../people/ui/menus';
import { PeoplePanel } from '../people/ui/panel';
import type { PanelActions } from '../people/ui/panel';
import { PanelModel } from '../people/ui/panelmodel';
import type { Source } from '../people/ui/panelmodel';
import { PresenterFrame } from '../people/ui/presenterframe';
import { editProfile } from '../people/ui/profile';
import { rosterOf } from '../presence';
import { PRESENCE_SETTINGS, Settings } from '../settings';
import { translationOf } from '../translation';

/** What a person wants to see of the others; the settings of presence are this plugin's. */
export const presenceSettings: JupyterFrontEndPlugin<PeopleSettings> = {
  id: PRESENCE_SETTINGS,
  description: 'Knows what is wanted to be seen of others.',
  autoStart: true,
  provides: IPeopleSettings,
  optional: [ISettingRegistry],
  activate: (_app: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const settings = new Settings(readPeopleOptions);
    void settings.load(registry, PRESENCE_SETTINGS);
    return settings;
  }
};

/** Shows at each file in the file browser who has it open. */
export const fileMarks: JupyterFrontEndPlugin<DirListing.IRenderer> = {
  id: 'jupyter-collab:file-marks',
  description: 'Marks the files that others have open.',
  autoStart: true,
  provides: IDefaultFileBrowserRenderer,
  requires: [IGlobalAwareness, IPeopleSettings],
  optional: [ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    everybody: Awareness,
    settings: PeopleSettings,
    translator: ITranslator | null
  ) => new MarkingRenderer(rosterOf(everybody), settings, translationOf(translator))
};

/** Who is here: in the bar of documents and in a side panel; going to them, and following them. */
export const people: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:people',
  description: 'Shows who is here and what they have open, and follows them.',
  autoStart: true,
  requires: [
    ICollaborativeContentProvider,
    IDocumentManager,
    IGlobalAwareness,
    IIdentity,
    IPeopleSettings
  ],
  optional: [ICommandPalette, IToolbarWidgetRegistry, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    manager: IDocumentManager,
    awareness: Awareness,
    identity: Identity,
    settings: PeopleSettings,
    palette: ICommandPalette | null,
    toolbars: IToolbarWidgetRegistry | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = translationOf(translator);
    const places = new Places(app, manager, provider);
    const everybody = rosterOf(awareness);
    if (!(awareness instanceof Circle)) {
      const circle = new Circle(null);
      circle.join(provider);
      everybody.include(rosterOf(circle));
    }
    const follower = new Follower(places, everybody);
    const parts = { places, everybody, follower, presenter: new Presenter(places), trans };
    addCommands(app.commands, parts);
    const menus = new PersonMenus(app.commands, trans);
    addPanel(app, parts, identity, menus, restorer);
    addBars(parts, settings, menus, app, toolbars);
    fillPalette(palette, trans);
    tellOthers(places, settings);
    tellOfOthers(parts, settings);
    new FollowFrame(follower, places, trans);
    new PresenterFrame(parts.presenter, places, identity, trans);
  }
};

function addPanel(
  { commands, shell }: JupyterFrontEnd,
  { everybody, trans }: Parts,
  identity: Identity,
  menus: PersonMenus,
  restorer: ILayoutRestorer | null
): void {
  const edit = () => editProfile(identity, everybody, trans);
  const model = new PanelModel(everybody, identity, sourceOf(everybody.awareness));
  const actions: PanelActions = {
    openAt: ({ user }, path) =>
      void commands.execute(Commands.openAt, { username: user.username, path }),
    openMenu: (person, anchor) => menus.open(person, anchor),
    editProfile: () => void commands.execute(Commands.editProfile)
  };
  const panel = new PeoplePanel(model, actions, trans);
  shell.add(panel, 'left', { rank: 400, type: 'People' });
  restorer?.add(panel, panel.id);
  commands.addCommand(Commands.showPanel, {
    label: trans.__('Show People'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => shell.activateById(panel.id)
  });
  commands.addCommand(Commands.editProfile, {
    label: trans.__('Edit My Name and Colour…'),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => identity.user !== null,
    execute: edit
  });
}

/** Guests have no lobby, and hear of those in their documents only. */
function sourceOf(awareness: Awareness): Source | null {
  return awareness instanceof Circle ? awareness : lobbyOf(awareness);
}

function addBars(
  { places, follower, trans }: Parts,
  settings: PeopleSettings,
  menus: PersonMenus,
  { commands }: JupyterFrontEnd,
  toolbars: IToolbarWidgetRegistry | null
): void {
  const actions: BarActions = {
    goTo: ({ user }) => void commands.execute(Commands.goTo, { username: user.username }),
    openMenu: (person, anchor) => menus.open(person, anchor),
    openList: (list, anchor) => menus.openList(list, anchor)
  };
  const make = (widget: Widget): Widget => {
    const place = places.of(widget);
    // A document that is not shared has nobody else in it.
    return place === null
      ? new Widget()
      : new PeopleBar(new BarModel(place.roster, follower, settings), actions, trans);
  };
  ['Notebook', 'Editor'].forEach(factory => toolbars?.addFactory(factory, 'collab-people', make));
}

function fillPalette(palette: ICommandPalette | null, trans: TranslationBundle): void {
  const { goTo, follow, stopFollowing, present, editProfile: edit, showPanel } = Commands;
  const category = trans.__('Collaboration');
  [goTo, follow, stopFollowing, present, edit, showPanel].forEach(command =>
    palette?.addItem({ command, category })
  );
}

function tellOthers(places: Places, settings: PeopleSettings): void {
  const teller = new ViewTeller(places);
  const read = () => {
    teller.enabled = settings.options.followable;
  };
  settings.changed.connect(read);
  read();
  tellRunning(places);
}

function tellOfOthers({ places, follower, trans }: Parts, settings: PeopleSettings): void {
  const region = document.createElement('div');
  region.className = 'jp-CollabNews';
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  document.body.append(region);
  const announcer = new Announcer(text => {
    region.textContent = text;
  }, trans);
  const read = () => {
    announcer.enabled = settings.options.announcements;
  };
  settings.changed.connect(read);
  read();
  places.currentChanged.connect((_, place) => announcer.watch(place));
  const invitations = new Invitations(invitation => {
    if (settings.options.invitations) {
      notify(invitation, follower, trans);
    }
  });
  places.opened.connect((_, { roster }) => invitations.watch(roster));
}

function notify(
  { from, withdrawn }: Invitation,
  follower: Follower,
  trans: TranslationBundle
): void {
  const id = Notification.info(trans.__('%1 presents to everybody.', from.displayName), {
    autoClose: false,
    actions: [
      {
        label: trans.__('Follow'),
        displayType: 'accent',
        callback: () => follower.follow(from.username)
      },
      { label: trans.__('Not now'), callback: () => undefined }
    ]
  });
  void withdrawn.then(() => Notification.dismiss(id));
}
