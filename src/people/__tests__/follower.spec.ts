import { BATCH } from '../../presence';
import type { View } from '../../presence';
import { AT_REST, PATIENCE } from '../follower';
import { settle, world } from './pages';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

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
