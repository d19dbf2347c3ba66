import { InputDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { pathOf } from '../presence';
import type { Person, Roster } from '../presence';
import type { Follower } from './follower';
import type { Place, Places } from './places';
import type { Presenter } from './presenting';
import { nameAndDoing, nameOfColor } from './ui/words';

export const Commands = {
  goTo: 'collab:go-to-person',
  follow: 'collab:follow-person',
  stopFollowing: 'collab:stop-following',
  openAt: 'collab:open-at-person',
  present: 'collab:present',
  editProfile: 'collab:edit-profile',
  showPanel: 'collab:show-people'
} as const;

/** For so long it is waited until somebody is seen in a document that was opened for them. */
const ARRIVAL = 5_000;

export interface Parts {
  readonly places: Places;
  readonly everybody: Roster;
  readonly follower: Follower;
  readonly presenter: Presenter;
  readonly trans: TranslationBundle;
}

/** What can be done with people, as commands. `username` names one; without it, it is asked. */
export function addCommands(commands: CommandRegistry, parts: Parts): void {
  const { places, everybody, follower, presenter, trans } = parts;
  addPersonCommands(commands, parts);
  commands.addCommand(Commands.stopFollowing, {
    label: trans.__('Stop Following'),
    describedBy: NOTHING,
    isEnabled: () => follower.leader !== null,
    execute: () => follower.stop()
  });
  commands.addCommand(Commands.present, {
    label: () =>
      presenter.place === null
        ? trans.__('Present to Everybody Here')
        : trans.__('Stop Presenting'),
    caption: trans.__('Invite everybody in this document to follow you'),
    describedBy: NOTHING,
    isEnabled: () => presenter.place !== null || places.current !== null,
    execute: () => (presenter.place === null ? presenter.start() : presenter.stop())
  });
  const update = () => commands.notifyCommandChanged();
  everybody.changed.connect((_, { added, removed }) => {
    if (added.length + removed.length > 0) {
      update();
    }
  });
  [follower.changed, presenter.changed, places.currentChanged].forEach(signal =>
    (signal as typeof follower.changed).connect(update)
  );
}

function addPersonCommands(commands: CommandRegistry, parts: Parts): void {
  const { places, everybody, follower, trans } = parts;
  const named = ({ username }: Args) =>
    typeof username === 'string' ? everybody.named(username) : null;
  const add = ({ id, title, ask, label, execute }: PersonCommand) =>
    commands.addCommand(id, {
      label: args => {
        const name = named(args)?.user.displayName;
        return name === undefined ? ask : label(name);
      },
      describedBy: PERSON,
      isEnabled: () => everybody.others.length > 0,
      isToggled: ({ username }) =>
        id === Commands.follow && username !== undefined && isFollowed(username),
      execute: async args => {
        const person = args.username === undefined ? await choose(parts, title) : named(args);
        if (person !== null) {
          await execute(person);
        }
      }
    });
  const isFollowed = (username: unknown) => username === follower.leader?.username;
  add({
    id: Commands.goTo,
    title: trans.__('Go to'),
    ask: trans.__('Go to Person…'),
    label: name => trans.__('Go to %1', name),
    execute: async person => goTo(places, person)
  });
  add({
    id: Commands.follow,
    title: trans.__('Follow'),
    ask: trans.__('Follow Person…'),
    label: name => trans.__('Follow %1', name),
    execute: ({ user: { username } }) =>
      isFollowed(username) ? follower.stop() : follower.follow(username)
  });
  commands.addCommand(Commands.openAt, {
    label: args => trans.__('Open %1', typeof args.path === 'string' ? args.path : ''),
    describedBy: { args: { ...PERSON.args, required: ['username', 'path'] } },
    execute: async args => {
      const person = named(args);
      if (person !== null && typeof args.path === 'string') {
        await openAt(places, person, args.path);
      }
    }
  });
}

/** Something that is done with one person, who is asked for where none is named. */
interface PersonCommand {
  readonly id: string;
  /** What the question for a person is called. */
  readonly title: string;
  /** What the command is called without a person, and with one. */
  readonly ask: string;
  readonly label: (name: string) => string;
  readonly execute: (person: Person) => Promise<void> | void;
}

type Args = { readonly username?: unknown };

const PERSON = {
  args: {
    type: 'object',
    properties: { username: { type: 'string' }, path: { type: 'string' } }
  }
} as const;
const NOTHING = { args: { type: 'object', properties: {} } } as const;

/** Go to where somebody is in this document, else to the document that they have in front. */
async function goTo(places: Places, person: Person): Promise<void> {
  const path = pathOf(person);
  if (!(await showIn(places.current, person)) && path !== null) {
    await openAt(places, person, path);
  }
}

/** Show where somebody is in a document; false where that is not known. */
async function showIn(place: Place | null, person: Person): Promise<boolean> {
  const [page] = place?.roster.named(person.user.username)?.peers ?? [];
  return place !== null && page !== undefined && place.view.goTo(page);
}

/** Open a document where somebody is in it, or as it is once they are not seen there. */
async function openAt(places: Places, person: Person, path: string): Promise<void> {
  const place = await places.open(path);
  const until = Date.now() + ARRIVAL;
  while (place !== null && !(await showIn(place, person)) && Date.now() < until) {
    await change(place.roster, until - Date.now());
  }
}

/** Resolves with the next change of a roster. */
async function change(roster: Roster, patience: number): Promise<void> {
  await new Promise<void>(resolve => {
    const done = () => {
      clearTimeout(timer);
      roster.changed.disconnect(done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, patience));
    roster.changed.connect(done);
  });
}

/** Ask for a person: one in this document before others. Two of one name are told by their colours. */
async function choose({ places, everybody, trans }: Parts, title: string): Promise<Person | null> {
  const here = new Set(places.current?.roster.others.map(({ user }) => user.username));
  const people = [...everybody.others].sort(
    (one, other) => Number(here.has(other.user.username)) - Number(here.has(one.user.username))
  );
  const names = people.map(({ user }) => user.displayName);
  const items = people.map(person => {
    const { color, displayName } = person.user;
    const isOnly = names.indexOf(displayName) === names.lastIndexOf(displayName);
    const text = nameAndDoing(person, trans);
    return isOnly ? text : trans.__('%1 (%2)', text, nameOfColor(color, trans));
  });
  const { value } = await InputDialog.getItem({ title, items, label: trans.__('Person') });
  return people[items.indexOf(value ?? '')] ?? null;
}
