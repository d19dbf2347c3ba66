import { CodeCell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import type { Notebook } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { BATCH, documentsOf, rosterOf } from '../../presence';
import type { Roster, View } from '../../presence';
import { setUp } from '../../presence/__tests__/crowd';
import type { DocumentProvider } from '../../documents/provider';
import type { SessionState } from '../../session';
import { Announcer, ANNOUNCE_AFTER } from '../announcer';
import { AT_REST, Follower, PATIENCE } from '../follower';
import type { Ending, Page } from '../follower';
import { readPeopleOptions } from '../options';
import type { Place } from '../places';
import { Invitations, Presenter } from '../presenting';
import { tellRunning } from '../tellrunning';
import { DRAWN_AFTER, ViewTeller, VIEW_INTERVAL } from '../tellview';
import { FollowFrame } from '../ui/followframe';
import { some } from '../ui/words';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

const trans = nullTranslator.load('jupyter_collab');

/** What a page knows of its connection, which can be lost and be back. */
function connection() {
  return { isSynced: true, stateChanged: new Signal<DocumentProvider, SessionState>({} as never) };
}

/** A document that shows what it is asked to show. */
class FakePlace implements Place {
  constructor(path: string) {
    this.provider = { path, ...connection() };
  }

  readonly provider: { path: string } & ReturnType<typeof connection>;
  readonly crowd = setUp();
  readonly shown: View[] = [];
  /** So many times it cannot be shown yet. */
  early = 0;
  seen: View | null = { cell: 'a', share: 0 };

  get roster(): Roster {
    return this.crowd.roster;
  }

  readonly view = {
    widget: new Widget(),
    isDisposed: false,
    dispose: () => undefined,
    read: () => this.seen,
    show: (view: View) => Promise.resolve(this.shown.push(view) > this.early),
    goTo: () => Promise.resolve(true),
    moved: new Signal<Place['view'], void>({} as Place['view'])
  };
}

/** A signal of the fake page, as the one of `Places` that it stands for. */
function signalOf<T>(page: FakePage) {
  return new Signal<FakePage, T>(page) as unknown as Signal<never, T> & Page['currentChanged'];
}

/** A page with documents, one of which is in front, or something else. */
class FakePage {
  readonly places = new Map<string, FakePlace>();
  readonly asked: string[] = [];
  readonly frontChanged = signalOf<Widget | null>(this) as unknown as Page['frontChanged'] &
    Signal<never, Widget | null>;
  readonly currentChanged = signalOf<Place | null>(this);
  current: FakePlace | null = null;
  front: Widget | null = null;
  /** Where a document is that is in front and not shared. */
  unshared: string | null = null;

  get frontPath(): string | null {
    return this.current?.provider.path ?? this.unshared;
  }

  at(path: string): FakePlace {
    const place = this.places.get(path) ?? new FakePlace(path);
    this.places.set(path, place);
    return place;
  }

  /** Bring a document to the front. */
  turn(path: string): void {
    this._turn(this.at(path), this.at(path).view.widget, null);
  }

  /** Bring something to the front that is not shared: a document with a path, or none. */
  turnAway(path: string | null = null): void {
    this._turn(null, new Widget(), path);
  }

  open(path: string): Promise<Place | null> {
    this.asked.push(path);
    this.turn(path);
    return Promise.resolve(this.current);
  }

  private _turn(current: FakePlace | null, front: Widget, unshared: string | null): void {
    const isOther = current !== this.current;
    Object.assign(this, { current, front, unshared });
    this.frontChanged.emit(front);
    if (isOther) {
      this.currentChanged.emit(current);
    }
  }
}

async function settle(): Promise<void> {
  await jest.advanceTimersByTimeAsync(BATCH);
}

function world() {
  const lobby = setUp();
  const page = new FakePage();
  const follower = new Follower(page, lobby.roster);
  const endings: (Ending | null)[] = [];
  follower.changed.connect((_, why) => endings.push(why));
  page.turn('one.ipynb');
  const bob = lobby.join('bob', { current: 'notebook:one.ipynb', documents: ['one.ipynb'] });
  const bobHere = page.at('one.ipynb').crowd.join('bob', { view: { cell: 'a', share: 0 } });
  return { lobby, page, follower, endings, bob, bobHere };
}

describe('following', () => {
  it('shows what the other one sees, and each view once', async () => {
    const { page, follower, bobHere } = world();
    follower.follow('bob');
    bobHere.say({ view: { cell: 'b', share: 0.5 } });
    await settle();
    bobHere.say({ cursors: [1] });
    await settle();
    expect(page.at('one.ipynb').shown).toEqual([
      { cell: 'a', share: 0 },
      { cell: 'b', share: 0.5 }
    ]);
  });

  it('finishes one view before the next, and leaves out those that are outdated', async () => {
    const { page, follower, bobHere } = world();
    const { view } = page.at('one.ipynb');
    const finish: (() => void)[] = [];
    const shown: unknown[] = [];
    view.show = ({ cell }) => {
      shown.push(cell);
      return new Promise<boolean>(done => finish.push(() => done(true)));
    };
    follower.follow('bob');
    for (const cell of ['b', 'c', 'd']) {
      bobHere.say({ view: { cell, share: 0 } });
      await settle();
    }
    expect(shown).toEqual(['a']);
    finish[0]?.();
    await settle();
    expect(shown).toEqual(['a', 'd']);
  });

  it('shows it again when the page has moved by itself, until its end', async () => {
    const { page, follower } = world();
    const { shown, view } = page.at('one.ipynb');
    const moves = async () => {
      view.moved.emit();
      await jest.advanceTimersByTimeAsync(AT_REST / 2);
      view.moved.emit();
      await jest.advanceTimersByTimeAsync(AT_REST);
    };
    follower.follow('bob');
    await settle();
    await moves();
    expect(shown).toEqual([
      { cell: 'a', share: 0 },
      { cell: 'a', share: 0 }
    ]);
    view.moved.emit();
    follower.stop();
    await moves();
    expect(shown).toHaveLength(2);
  });

  it('shows it until it is there, however slow the page is, or until its end', async () => {
    const { page, follower, bobHere } = world();
    const place = page.at('one.ipynb');
    const cells = () => place.shown.splice(0).map(({ cell }) => cell);
    place.early = 3;
    follower.follow('bob');
    await jest.advanceTimersByTimeAsync(9 * AT_REST);
    expect(cells()).toEqual(['a', 'a', 'a', 'a']);
    place.early = Infinity;
    bobHere.say({ view: { cell: 'b', share: 0 } });
    await settle();
    bobHere.say({ view: { cell: 'c', share: 0 } });
    await jest.advanceTimersByTimeAsync(BATCH + 2 * AT_REST);
    expect(cells()).toEqual(['b', 'c', 'c', 'c']);
    follower.stop();
    await jest.advanceTimersByTimeAsync(9 * AT_REST);
    expect(cells()).toEqual([]);
  });

  it('moves nothing more for a view that has become outdated while it was drawn', async () => {
    const { page, follower } = world();
    const { view } = page.at('one.ipynb');
    const wanted: (() => boolean)[] = [];
    view.show = (_: View, isWanted = () => true) => {
      wanted.push(isWanted);
      return Promise.resolve(true);
    };
    follower.follow('bob');
    await settle();
    expect(wanted.map(isWanted => isWanted())).toEqual([true]);
    follower.stop();
    expect(wanted.map(isWanted => isWanted())).toEqual([false]);
  });

  it('goes where the other one goes, and shows what is seen there', async () => {
    const { page, follower, bob, endings } = world();
    follower.follow('bob');
    page.at('two.py').crowd.join('bob', { view: { at: {}, share: 0 } });
    bob.say({ current: 'editor:two.py' });
    await settle();
    expect([page.asked, endings]).toEqual([['two.py'], [null]]);
    expect(page.at('two.py').shown).toEqual([{ at: {}, share: 0 }]);
    expect(follower.leader?.username).toBe('bob');
  });

  it('stays where it is while the other one has no document in front', async () => {
    const { page, follower, bob } = world();
    follower.follow('bob');
    bob.say({ current: null });
    await settle();
    expect([page.asked, follower.leader?.username]).toEqual([[], 'bob']);
  });

  it('ends when the person at this page turns to another document', () => {
    const { page, follower, endings } = world();
    follower.follow('bob');
    page.turn('mine.py');
    expect([follower.leader, endings]).toEqual([null, [null, 'moved']]);
  });

  it('waits for a connection that is lost, and ends when the other one is gone', async () => {
    const { lobby, follower, endings, bob } = world();
    follower.follow('bob');
    bob.leave();
    await settle();
    await jest.advanceTimersByTimeAsync(PATIENCE - 2 * BATCH);
    const back = lobby.join('bob', { current: 'notebook:one.ipynb' });
    await settle();
    await jest.advanceTimersByTimeAsync(PATIENCE);
    expect(follower.leader?.username).toBe('bob');
    back.leave();
    await settle();
    await jest.advanceTimersByTimeAsync(PATIENCE);
    expect([follower.leader, endings.at(-1)]).toEqual([null, 'left']);
  });

  it('shows nothing more after its end, and knows nobody who is not there', async () => {
    const { page, follower, bobHere, endings } = world();
    follower.follow('nobody');
    expect(endings).toEqual([]);
    follower.follow('bob');
    await settle();
    follower.stop();
    bobHere.say({ view: { cell: 'z', share: 0 } });
    await settle();
    expect(page.at('one.ipynb').shown).toHaveLength(1);
    expect(endings).toEqual([null, 'asked']);
  });

  it('stays in a document that is renamed, whoever is told of it first', async () => {
    const { page, follower, bob, bobHere } = world();
    const place = page.at('one.ipynb');
    const look = async (cell: string) => {
      bobHere.say({ view: { cell, share: 0 } });
      await settle();
      return place.shown.at(-1)?.cell;
    };
    follower.follow('bob');
    await settle();
    // The room of the document is first.
    place.provider.path = 'two.ipynb';
    expect(await look('b')).toBe('b');
    bob.say({ documents: ['two.ipynb'] });
    await settle();
    expect(await look('c')).toBe('c');
    bob.say({ current: 'notebook:two.ipynb' });
    await settle();
    expect(await look('d')).toBe('d');
    // The room of everybody is.
    bob.say({ current: 'notebook:three.ipynb', documents: ['three.ipynb'] });
    await settle();
    expect(await look('e')).toBe('e');
    place.provider.path = 'three.ipynb';
    expect(await look('f')).toBe('f');
    expect([page.asked, follower.leader?.username]).toEqual([[], 'bob']);
    bob.say({ current: 'editor:four.py', documents: ['three.ipynb', 'four.py'] });
    await settle();
    expect(page.asked).toEqual(['four.py']);
  });

  it('goes along also when the other one closes the document that was left', async () => {
    const { page, follower, bob, bobHere } = world();
    follower.follow('bob');
    bob.say({ current: 'editor:two.py', documents: ['two.py'] });
    await settle();
    bobHere.leave();
    await settle();
    expect([page.asked, follower.leader?.username]).toEqual([['two.py'], 'bob']);
  });

  it('goes once to what is not shared, and ends when the person at this page leaves it', async () => {
    const { lobby, page, follower, bob, endings } = world();
    page.open = path => {
      page.asked.push(path);
      page.turnAway(path);
      return Promise.resolve(null);
    };
    follower.follow('bob');
    bob.say({ current: 'editor:plot.png' });
    await settle();
    expect([page.asked, endings]).toEqual([['plot.png'], [null]]);
    lobby.join('cleo');
    await settle();
    page.turnAway(); // a terminal
    expect([follower.leader, endings]).toEqual([null, [null, 'moved']]);
    lobby.join('dan');
    await settle();
    expect(page.asked).toEqual(['plot.png']);
  });

  it('tries once to open what cannot be opened, until the other one comes there again', async () => {
    const { lobby, page, follower, bob } = world();
    const go = async (fields: object) => {
      bob.say(fields);
      await settle();
    };
    page.open = path => {
      page.asked.push(path);
      return Promise.resolve(null);
    };
    follower.follow('bob');
    await go({ current: 'editor:gone.py' });
    lobby.join('cleo');
    await settle();
    await go({ cursors: [1] });
    expect([page.asked, follower.leader?.username]).toEqual([['gone.py'], 'bob']);
    await go({ current: null });
    await go({ current: 'editor:gone.py' });
    expect(page.asked).toEqual(['gone.py', 'gone.py']);
  });

  it('goes on to where the other one went while a document was being opened', async () => {
    const { page, follower, bob } = world();
    let arrive: () => void = () => undefined;
    page.open = path => {
      page.asked.push(path);
      return new Promise(resolve => (arrive = () => resolve(null)));
    };
    follower.follow('bob');
    bob.say({ current: 'editor:slow.py' });
    await settle();
    bob.say({ current: 'editor:next.py' });
    await settle();
    expect(page.asked).toEqual(['slow.py']);
    arrive();
    await settle();
    expect(page.asked).toEqual(['slow.py', 'next.py']);
  });

  it('takes a new name over', async () => {
    const { follower, bob } = world();
    follower.follow('bob');
    bob.say({ user: { username: 'bob', display_name: 'Robert' } });
    await settle();
    expect(follower.leader?.displayName).toBe('Robert');
  });
});

describe('the frame of following', () => {
  function framed() {
    const { page, follower } = world();
    new FollowFrame(follower, page, trans);
    const { node } = page.at('one.ipynb').view.widget;
    document.body.replaceChildren(node);
    follower.follow('bob');
    return { follower, node, frame: () => node.querySelector('.jp-CollabFrame') };
  }

  function press(node: EventTarget, key: string): void {
    node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  }

  it('says who is followed, and ends with it', () => {
    const { follower, frame } = framed();
    expect(frame()?.textContent).toContain('BOB');
    follower.stop();
    expect(frame()).toBeNull();
  });

  it.each(['wheel', 'pointerdown', 'touchmove'])('is left by a %s in the document', type => {
    const { follower, node, frame } = framed();
    document.body.dispatchEvent(new Event(type, { bubbles: true }));
    frame()?.dispatchEvent(new Event(type, { bubbles: true }));
    expect(follower.leader).not.toBeNull();
    node.dispatchEvent(new Event(type, { bubbles: true }));
    expect(follower.leader).toBeNull();
  });

  it('is left by keys in the document, by Escape anywhere, and not by Shift alone', () => {
    const { follower, node } = framed();
    press(node, 'Shift');
    press(document.body, 'a');
    expect(follower.leader).not.toBeNull();
    press(node, 'ArrowDown');
    expect(follower.leader).toBeNull();
    follower.follow('bob');
    press(document.body, 'Escape');
    expect(follower.leader).toBeNull();
    const escape = jest.fn();
    document.body.addEventListener('keydown', escape, { once: true });
    press(document.body, 'Escape');
    expect(escape).toHaveBeenCalled();
  });

  it('is left by a click on its label', () => {
    const { follower, frame } = framed();
    frame()?.querySelector('button')?.click();
    expect(follower.leader).toBeNull();
  });
});

describe('what we tell of our view', () => {
  it('is told once for many moves, and only where it is another one', () => {
    const page = new FakePage();
    page.turn('one.ipynb');
    const place = page.at('one.ipynb');
    const teller = new ViewTeller(page);
    const update = jest.fn();
    place.crowd.awareness.on('update', update);
    place.view.moved.emit();
    place.view.moved.emit();
    jest.advanceTimersByTime(VIEW_INTERVAL);
    expect(place.crowd.awareness.getLocalState()?.view).toEqual({ cell: 'a', share: 0 });
    place.view.moved.emit();
    jest.advanceTimersByTime(VIEW_INTERVAL);
    expect(update).toHaveBeenCalledTimes(1);
    teller.enabled = false;
    expect(place.crowd.awareness.getLocalState()?.view).toBeNull();
  });

  it('is told where the page draws it long after it has scrolled there', () => {
    const page = new FakePage();
    page.turn('one.ipynb');
    const { crowd, view } = page.at('one.ipynb');
    const told = () => crowd.awareness.getLocalState()?.view as unknown;
    new ViewTeller(page);
    jest.advanceTimersByTime(VIEW_INTERVAL);
    const read = jest.spyOn(view, 'read').mockReturnValue(null);
    view.moved.emit();
    jest.advanceTimersByTime(10 * DRAWN_AFTER);
    expect(told()).toEqual({ cell: 'a', share: 0 });
    read.mockReturnValue({ cell: 'b', share: 0 });
    jest.advanceTimersByTime(DRAWN_AFTER);
    expect(told()).toEqual({ cell: 'b', share: 0 });
    read.mockReturnValue({ cell: 'c', share: 0.5 });
    jest.advanceTimersByTime(DRAWN_AFTER);
    expect(told()).toEqual({ cell: 'c', share: 0.5 });
    jest.advanceTimersByTime(DRAWN_AFTER);
    read.mockClear();
    jest.advanceTimersByTime(10 * DRAWN_AFTER);
    expect(read).not.toHaveBeenCalled();
  });
});

/** A cell, and what has the kernel asked for it. */
function asking() {
  const outputArea: { future?: { done: Promise<void> } } = {};
  const cell = Object.create(CodeCell.prototype, {
    outputArea: { value: outputArea },
    isDisposed: { value: false }
  }) as CodeCell;
  const ask = () => {
    const done = new PromiseDelegate<void>();
    outputArea.future = { done: done.promise };
    return done;
  };
  return { cell, ask };
}

describe('what we tell of cells that run', () => {
  function ran() {
    const { awareness, roster } = setUp();
    const running = new Map<Notebook, ReadonlySet<{ cell: CodeCell }>>();
    tellRunning({ of: () => ({ roster }) as Place }, running);
    const emit = (signal: unknown, notebook: Notebook, cell?: CodeCell) =>
      (signal as Signal<object, object>).emit({ notebook, cell });
    return {
      running,
      schedule: (notebook: Notebook, cell?: CodeCell) =>
        emit(NotebookActions.executionScheduled, notebook, cell),
      finish: (notebook: Notebook, cell?: CodeCell) =>
        emit(NotebookActions.executed, notebook, cell),
      told: (): unknown => awareness.getLocalState()?.running
    };
  }

  it('is that some do, until the last is done', () => {
    const { running, schedule, finish, told } = ran();
    const notebook = new Widget() as unknown as Notebook;
    schedule(notebook);
    schedule(notebook);
    finish(notebook);
    expect(told()).toBe(true);
    finish(notebook);
    expect([told(), running.size]).toEqual([false, 0]);
  });

  it('is none where the kernel is restarted, or a cell is run once more or deleted', async () => {
    const { schedule, finish, told } = ran();
    const notebook = new Widget() as unknown as Notebook;
    const { cell, ask } = asking();
    schedule(notebook, cell);
    const first = ask();
    await settle();
    expect(told()).toBe(true);
    schedule(notebook, cell);
    const second = ask();
    first.reject(new Error('Canceled'));
    await settle();
    expect(told()).toBe(true);
    second.reject(new Error('Canceled'));
    await settle();
    expect(told()).toBe(false);
    schedule(notebook, cell);
    ask().resolve();
    finish(notebook, cell);
    expect(told()).toBe(false);
    schedule(notebook, cell);
    await settle();
    expect(told()).toBe(false);
  });

  it('knows nothing of a notebook that is closed, whatever becomes of its cells', () => {
    const { running, schedule, finish } = ran();
    const notebook = new Widget() as unknown as Notebook;
    schedule(notebook);
    expect(running.size).toBe(1);
    notebook.dispose();
    expect(running.size).toBe(0);
    schedule(notebook);
    finish(notebook);
    expect(running.size).toBe(0);
  });
});

describe('presenting', () => {
  it('invites everybody once, and takes it back', () => {
    const page = new FakePage();
    page.turn('one.ipynb');
    const { awareness } = page.at('one.ipynb').crowd;
    const presenter = new Presenter(page);
    presenter.start(7);
    expect(awareness.getLocalState()?.presenting).toBe(7);
    page.turn('two.ipynb');
    expect(presenter.place).toBe(page.at('one.ipynb'));
    presenter.stop();
    expect(awareness.getLocalState()?.presenting).toBeNull();
    expect(presenter.place).toBeNull();
  });

  it('tells of each invitation once, and when it is withdrawn', async () => {
    const { roster, join } = setUp();
    const bob = join('bob', { presenting: 7 });
    const invited: string[] = [];
    const withdrawn: string[] = [];
    const invitations = new Invitations(({ from, withdrawn: over }) => {
      invited.push(from.username);
      void over.then(() => withdrawn.push(from.username));
    });
    invitations.watch(roster);
    bob.say({ cursors: [1] });
    await settle();
    expect([invited, withdrawn]).toEqual([['bob'], []]);
    bob.say({ presenting: null });
    await settle();
    expect(withdrawn).toEqual(['bob']);
    bob.say({ presenting: 9 });
    await settle();
    bob.leave();
    await settle();
    expect([invited, withdrawn]).toEqual([
      ['bob', 'bob'],
      ['bob', 'bob']
    ]);
  });

  it('takes an invitation back with the document, and tells of it in the next again', async () => {
    const invited: string[] = [];
    const withdrawn: string[] = [];
    const invitations = new Invitations(({ from, withdrawn: over }) => {
      invited.push(from.username);
      void over.then(() => withdrawn.push(from.username));
    });
    for (const count of [1, 2]) {
      const { awareness, join } = setUp();
      join('bob', { presenting: 7 });
      invitations.watch(rosterOf(awareness));
      expect(invited).toHaveLength(count);
      awareness.destroy();
      await settle();
      expect(withdrawn).toHaveLength(count);
    }
  });
});

describe('the announcer', () => {
  function announced() {
    const crowd = setUp();
    const said: string[] = [];
    const announcer = new Announcer(text => said.push(text), trans);
    const provider = { path: 'a.ipynb', ...connection() };
    const document = { provider, roster: crowd.roster };
    const online = (isSynced: boolean) => {
      provider.isSynced = isSynced;
      provider.stateChanged.emit({} as SessionState);
    };
    return {
      ...crowd,
      said,
      announcer,
      document,
      online,
      wait: () => jest.advanceTimersByTime(ANNOUNCE_AFTER + 99)
    };
  }

  it('says together who came and who left, and nothing of what they do', () => {
    const { announcer, said, document, join, wait } = announced();
    announcer.watch(document);
    const people = ['bob', 'cleo', 'dan', 'eve'].map(name => join(name));
    wait();
    expect(said).toEqual(['BOB and 3 others joined.']);
    people[0]?.type('x');
    people[1]?.say({ cursors: [1] });
    wait();
    expect(said).toHaveLength(1);
    people.slice(0, 2).forEach(page => page.leave());
    join('fay');
    wait();
    expect(said[1]).toBe('FAY joined. BOB and CLEO left.');
  });

  it('says nothing of a page that is loaded anew, nor while it is switched off', () => {
    const { announcer, said, document, join, wait } = announced();
    const bob = join('bob');
    announcer.watch(document);
    wait();
    bob.leave();
    jest.advanceTimersByTime(ANNOUNCE_AFTER / 2);
    join('bob');
    wait();
    announcer.enabled = false;
    join('cleo');
    wait();
    announcer.watch(null);
    expect(said).toEqual(['Also here: BOB.']);
  });

  it('tells those who were there first from those who come, also where the document is still opened', () => {
    const { announcer, said, document, join, online, wait } = announced();
    online(false);
    announcer.watch(document);
    join('bob');
    online(true);
    join('cleo');
    wait();
    expect(said).toEqual(['Also here: BOB. CLEO joined.']);
    join('dan');
    wait();
    announcer.watch(null);
    announcer.watch(document);
    wait();
    expect(said.slice(1)).toEqual(['DAN joined.', 'Also here: BOB and 2 others.']);
  });

  it('takes nobody for gone while the page has no connection, and tells then who is', () => {
    const { announcer, said, document, join, online, wait } = announced();
    const people = ['bob', 'cleo'].map(name => join(name));
    announcer.watch(document);
    wait();
    online(false);
    people.forEach(page => page.leave());
    wait();
    expect(said).toEqual(['Also here: BOB and CLEO.']);
    online(true);
    join('bob');
    wait();
    expect(said.slice(1)).toEqual(['CLEO left.']);
    online(false);
    online(true);
    wait();
    expect(said).toHaveLength(2);
  });

  it('names one, two, or one and a number', () => {
    expect(some(['A'], trans)).toBe('A');
    expect(some(['A', 'B'], trans)).toBe('A and B');
    expect(some(['A', 'B', 'C', 'D'], trans)).toBe('A and 3 others');
  });
});

it('lists documents with the one in front first, and each once', () => {
  const { roster, join } = setUp();
  join('bob', { current: 'notebook:b.ipynb', documents: ['a.py', 'b.ipynb', 'a.py', 7] });
  join('cleo', { current: 'editor:gone.py', documents: 'nonsense' });
  expect(roster.others.map(documentsOf)).toEqual([['b.ipynb', 'a.py'], []]);
});

it('has everything on that is not switched off', () => {
  expect(readPeopleOptions({ avatars: false, fileMarks: 'x' })).toMatchObject({
    ...{ avatars: false, fileMarks: true, followable: true }
  });
});
