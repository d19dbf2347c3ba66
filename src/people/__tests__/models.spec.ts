import { nullTranslator } from '@jupyterlab/translation';
import type { Contents } from '@jupyterlab/services';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { Menu, Widget } from '@lumino/widgets';

import { BATCH } from '../../presence';
import { setUp } from '../../presence/__tests__/crowd';
import { until } from '../../sharing/__tests__/until';
import { PRESENCE_SETTINGS, Settings } from '../../settings';
import { Commands } from '../commands';
import type { Follower } from '../follower';
import type { Identity } from '../identity';
import type { Lobby } from '../lobby';
import { readPeopleOptions } from '../options';
import { PeopleBar } from '../ui/bar';
import { BarModel, SHOWN } from '../ui/barmodel';
import { MarkingRenderer } from '../ui/marks';
import { PersonMenus } from '../ui/menus';
import { PeoplePanel } from '../ui/panel';
import { MANY, PanelModel } from '../ui/panelmodel';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

const trans = nullTranslator.load('jupyter_collab');
const NAMES = ['bob', 'cleo', 'dan', 'eve', 'fay', 'gil', 'hal'];

function settle(): void {
  jest.advanceTimersByTime(BATCH);
}

/** Settings that are changed by calling `set`. */
function settings() {
  const composite: Record<string, unknown> = {};
  const changed = new Signal<object, void>({});
  const read = new Settings(readPeopleOptions);
  const stored = {
    composite,
    changed: { connect: (slot: (sender: object) => void) => changed.connect(() => slot(stored)) }
  };
  const registry = { load: () => Promise.resolve(stored) } as unknown;
  const loaded = read.load(registry as Parameters<typeof read.load>[0], PRESENCE_SETTINGS);
  const set = (name: string, value: unknown) => {
    composite[name] = value;
    changed.emit();
  };
  return { read, loaded, set };
}

/** A follower of whom only the leader is known. */
class FakeFollower {
  leader: { readonly username: string } | null = null;
  readonly changed = new Signal<FakeFollower, null>(this);

  follow(username: string): void {
    this.leader = { username };
    this.changed.emit(null);
  }
}

describe('the bar of a document', () => {
  function bar() {
    const crowd = setUp();
    const follower = new FakeFollower();
    const options = settings();
    const model = new BarModel(crowd.roster, follower as unknown as Follower, options.read);
    const drawn = jest.fn();
    model.stateChanged.connect(drawn);
    return { ...crowd, follower, options, model, drawn };
  }

  it('shows five and counts the others, and a sixth rather than a number for one', () => {
    const { model, join } = bar();
    const people = NAMES.map(name => join(name));
    settle();
    expect(model.first.map(({ user }) => user.username)).toEqual(NAMES.slice(0, SHOWN));
    expect(model.rest.map(({ user }) => user.username)).toEqual(['gil', 'hal']);
    people[0]?.leave();
    settle();
    expect(model.first.map(({ user }) => user.username)).toEqual(NAMES.slice(1));
    expect(model.rest).toEqual([]);
  });

  it('is drawn anew for what is seen of it, and not for carets', () => {
    const { model, join, drawn, follower } = bar();
    const [bob] = NAMES.map(name => join(name));
    settle();
    drawn.mockClear();
    bob?.say({ cursors: [1] });
    settle();
    expect(drawn).not.toHaveBeenCalled();
    bob?.type('x');
    settle();
    expect(drawn).toHaveBeenCalledTimes(1);
    follower.follow('bob');
    expect(drawn).toHaveBeenCalledTimes(2);
    expect(model.people.map(person => model.isFollowed(person))).toContain(true);
    model.dispose();
    bob?.leave();
    settle();
    expect(drawn).toHaveBeenCalledTimes(2);
  });

  it('listens no more once it is taken out of its toolbar', () => {
    const { model, join, follower, drawn } = bar();
    const actions = { goTo: jest.fn(), openMenu: jest.fn(), openList: jest.fn() };
    const widget = new PeopleBar(model, actions, trans);
    join('bob');
    settle();
    expect(drawn).toHaveBeenCalledTimes(1);
    widget.dispose();
    widget.dispose();
    expect(model.isDisposed).toBe(true);
    follower.follow('bob');
    join('cleo');
    settle();
    expect(drawn).toHaveBeenCalledTimes(1);
  });

  it('is empty while it is switched off, and for as long', async () => {
    const { model, join, options } = bar();
    await options.loaded;
    join('bob');
    settle();
    options.set('avatars', false);
    expect(model.first).toEqual([]);
    options.set('avatars', true);
    expect(model.first).toHaveLength(1);
  });
});

describe('the panel', () => {
  function panel() {
    const crowd = setUp();
    const identity = { changed: new Signal<object, void>({}) } as unknown as Identity;
    const model = new PanelModel(crowd.roster, identity);
    const drawn = jest.fn();
    model.stateChanged.connect(drawn);
    return { ...crowd, model, drawn };
  }

  it('has ourself apart from the others, with what they have open', () => {
    const { model, join } = panel();
    join('bob', { current: 'notebook:b.ipynb', documents: ['a.py', 'b.ipynb'] });
    settle();
    expect(model.self?.person.user.username).toBe('ada');
    expect(model.others.map(({ documents }) => documents)).toEqual([['b.ipynb', 'a.py']]);
    expect(model.count).toBe(1);
  });

  it('does not say that nobody is here while that is not known', () => {
    const crowd = setUp();
    const identity = { changed: new Signal<object, void>({}) } as unknown as Identity;
    const lobby = { hasServer: true, isLost: false, changed: new Signal<Lobby, void>({} as never) };
    const model = new PanelModel(crowd.roster, identity, lobby);
    const drawn = jest.fn();
    model.stateChanged.connect(drawn);
    expect(model.isLost).toBe(false);
    lobby.isLost = true;
    lobby.changed.emit();
    expect([model.isLost, drawn.mock.calls.length]).toEqual([true, 1]);
    model.dispose();
    lobby.changed.emit();
    expect(drawn).toHaveBeenCalledTimes(1);
  });

  it.each([
    [true, 'who open this server'],
    [false, 'who open this document']
  ])(
    'says who will appear there, by whom it is told of people and not by names',
    async (hasServer, said) => {
      jest.useRealTimers();
      const crowd = setUp();
      const identity = { changed: new Signal<object, void>({}) } as unknown as Identity;
      const source = { hasServer, isLost: false, changed: new Signal<object, void>({}) };
      const model = new PanelModel(crowd.roster, identity, source);
      const actions = { openAt: jest.fn(), openMenu: jest.fn(), editProfile: jest.fn() };
      const panel = new PeoplePanel(model, actions, trans);
      Widget.attach(panel, document.body);
      await until(() => panel.node.textContent.includes(said));
      panel.dispose();
    }
  );

  it('is filtered by names and documents, whatever their case', () => {
    const { model, join } = panel();
    for (let n = 0; n < MANY; n++) {
      join(`person${n}`, { documents: [`Report-${n}.ipynb`] });
    }
    settle();
    const found = (filter: string) => {
      model.filter = filter;
      return model.others.map(({ person }) => person.user.username);
    };
    expect(found(' report-3')).toEqual(['person3']);
    expect(found('PERSON5')).toEqual(['person5']);
    expect(found('nobody')).toEqual([]);
    expect(found('')).toHaveLength(MANY);
    expect(model.count).toBe(MANY);
  });

  it('is drawn anew when somebody opens a document, and not for what they do there', () => {
    const { join, drawn } = panel();
    const bob = join('bob');
    settle();
    drawn.mockClear();
    bob.say({ cursors: [1] });
    settle();
    expect(drawn).not.toHaveBeenCalled();
    bob.say({ documents: ['a.py'] });
    settle();
    expect(drawn).toHaveBeenCalledTimes(1);
  });
});

describe('marks at files', () => {
  async function listing() {
    const crowd = setUp();
    const options = settings();
    await options.loaded;
    const renderer = new MarkingRenderer(crowd.roster, options.read, trans);
    const draw = (path: string, type = 'file') => {
      const node = renderer.createItemNode();
      const model = { path, type, name: path, last_modified: '' } as unknown as Contents.IModel;
      renderer.updateItemNode(node, model);
      document.body.append(node);
      return () => node.querySelector('.jp-CollabFileMarks');
    };
    return { ...crowd, options, draw };
  }

  it('say who has a file open, two and a number where they are many', async () => {
    const { join, draw } = await listing();
    const mark = draw('a.py');
    const other = draw('b.py');
    expect(mark()).toBeNull();
    const [bob, cleo] = ['bob', 'cleo'].map(name => join(name, { documents: ['a.py'] }));
    settle();
    expect(mark()?.getAttribute('aria-label')).toBe('Open: BOB and CLEO');
    expect(mark()?.textContent).toBe('BC');
    ['dan', 'eve'].forEach(name => join(name, { documents: ['a.py', 'b.py'] }));
    settle();
    expect(mark()?.textContent).toBe('BC+2');
    expect(mark()?.getAttribute('title')).toBe('Open: BOB, CLEO, DAN, EVE');
    expect(other()?.textContent).toBe('DE');
    [bob, cleo].forEach(page => page?.leave());
    settle();
    expect(mark()?.textContent).toBe('DE');
  });

  it('go when nobody has the file open, or when they are switched off; directories have none', async () => {
    const { join, draw, options } = await listing();
    const mark = draw('a.py');
    const folder = draw('a.py', 'directory');
    const bob = join('bob', { documents: ['a.py'] });
    settle();
    expect([mark() === null, folder() === null]).toEqual([false, true]);
    options.set('fileMarks', false);
    expect(mark()).toBeNull();
    options.set('fileMarks', true);
    expect(mark()).not.toBeNull();
    bob.leave();
    settle();
    expect(mark()).toBeNull();
  });
});

describe('the list behind the number', () => {
  it('has each person with what can be done, and gives the focus back', () => {
    const { roster, join } = setUp();
    ['bob', 'cleo'].forEach(name => join(name));
    settle();
    const commands = new CommandRegistry();
    const done: unknown[] = [];
    [Commands.goTo, Commands.follow].forEach(id =>
      commands.addCommand(id, {
        label: id,
        execute: ({ username }) => void done.push([id, username])
      })
    );
    const opened = jest.spyOn(Menu.prototype, 'open').mockImplementation();
    const anchor = document.createElement('button');
    document.body.append(anchor);
    new PersonMenus(commands, trans).openList(roster.others, anchor);
    const menu = opened.mock.contexts[0] as Menu;
    expect(menu.items.map(item => item.submenu?.title.label)).toEqual([
      'BOB, viewing',
      'CLEO, viewing'
    ]);
    const [goTo, follow] = menu.items[1]?.submenu?.items ?? [];
    expect([goTo, follow].map(item => item?.command)).toEqual([Commands.goTo, Commands.follow]);
    void commands.execute(goTo?.command ?? '', goTo?.args);
    expect(done).toEqual([[Commands.goTo, 'cleo']]);
    expect(anchor.getAttribute('aria-expanded')).toBe('true');
    (menu.aboutToClose as unknown as { emit: () => void }).emit();
    expect(anchor.getAttribute('aria-expanded')).toBeNull();
    expect(document.activeElement).toBe(anchor);
    opened.mockRestore();
  });
});
