import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { BATCH } from '../../presence';
import type { Roster, View } from '../../presence';
import { setUp } from '../../presence/__tests__/crowd';
import { Announcer, ANNOUNCE_AFTER } from '../announcer';
import { AT_REST, documentsOf, Follower, PATIENCE } from '../follower';
import type { Ending, Page } from '../follower';
import { readPeopleOptions } from '../options';
import type { Place } from '../places';
import { Invitations, Presenter } from '../presenting';
import { ViewTeller, VIEW_INTERVAL } from '../tellview';
import { FollowFrame } from '../ui/followframe';
import { some } from '../ui/words';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

const trans = nullTranslator.load('jupyter_collab');

/** A document that shows what it is asked to show. */
class FakePlace implements Place {
  constructor(path: string) {
    this.provider = { path };
  }

  readonly provider: { readonly path: string };
  readonly crowd = setUp();
  readonly shown: View[] = [];
  seen: View | null = { cell: 'a', share: 0 };

  get roster(): Roster {
    return this.crowd.roster;
  }

  readonly view = {
    widget: new Widget(),
    isDisposed: false,
    dispose: () => undefined,
    read: () => this.seen,
    show: (view: View) => Promise.resolve(void this.shown.push(view)),
    goTo: () => Promise.resolve(true),
    moved: new Signal<Place['view'], void>({} as Place['view'])
  };
}

/** A page with documents, one of which is in front. */
class FakePage {
  readonly places = new Map<string, FakePlace>();
  readonly asked: string[] = [];
  readonly currentChanged = new Signal<FakePage, Place | null>(this) as unknown as Signal<
    never,
    Place | null
  > &
    Page['currentChanged'];
  current: FakePlace | null = null;

  at(path: string): FakePlace {
    const place = this.places.get(path) ?? new FakePlace(path);
    this.places.set(path, place);
    return place;
  }

  /** Bring a document to the front. */
  turn(path: string): void {
    this.current = this.at(path);
    this.currentChanged.emit(this.current);
  }

  open(path: string): Promise<Place | null> {
    this.asked.push(path);
    this.turn(path);
    return Promise.resolve(this.current);
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
      return new Promise<undefined>(done => finish.push(() => done(undefined)));
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
});

describe('the announcer', () => {
  function announced() {
    const crowd = setUp();
    const said: string[] = [];
    const announcer = new Announcer(text => said.push(text), trans);
    return { ...crowd, said, announcer, wait: () => jest.advanceTimersByTime(ANNOUNCE_AFTER + 99) };
  }

  it('says together who came and who left, and nothing of what they do', () => {
    const { announcer, said, roster, join, wait } = announced();
    announcer.watch(roster);
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
    const { announcer, said, roster, join, wait } = announced();
    const bob = join('bob');
    announcer.watch(roster);
    wait();
    bob.leave();
    jest.advanceTimersByTime(ANNOUNCE_AFTER / 2);
    join('bob');
    wait();
    announcer.enabled = false;
    join('cleo');
    wait();
    announcer.watch(null);
    expect(said).toEqual(['BOB joined.']);
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
