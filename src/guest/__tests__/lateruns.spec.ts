import { Doc } from 'yjs';

import { LateRuns } from '../lateruns';
import { lockOf } from '../lock';

describe('LateRuns', () => {
  function loading() {
    const lock = lockOf(new Doc());
    lock.hold = 'loading';
    const world = { place: 'cell 1', missed: 0, ran: [] as string[] };
    const runs = new LateRuns(
      () => world.place,
      () => (world.missed += 1)
    );
    const ask = (name: string, then = world.place) =>
      runs.ask(lock, () => {
        world.ran.push(name);
        world.place = then;
        return Promise.resolve(name);
      });
    return { lock, world, ask };
  }

  it('runs what was asked for once all is there, in order', async () => {
    const { lock, world, ask } = loading();
    const asked = [ask('first', 'cell 2'), ask('second', 'cell 3')];
    await Promise.resolve();
    expect(world.ran).toEqual([]);
    lock.hold = null;
    expect(await Promise.all(asked)).toEqual(['first', 'second']);
    expect(world).toEqual({ place: 'cell 3', missed: 0, ran: ['first', 'second'] });
  });

  it('runs nothing where the person has gone on to another cell, and says so', async () => {
    const { lock, world, ask } = loading();
    const first = ask('first');
    world.place = 'cell 7';
    const second = ask('second');
    lock.hold = null;
    expect(await Promise.all([first, second])).toEqual([undefined, 'second']);
    expect(world).toEqual({ place: 'cell 7', missed: 1, ran: ['second'] });
  });

  it('runs nothing where the document turns out to be for viewing', async () => {
    const { lock, world, ask } = loading();
    const asked = ask('first');
    lock.hold = 'viewing';
    await asked;
    expect(world.ran).toEqual([]);
  });

  it('is ready for the next time', async () => {
    const { lock, world, ask } = loading();
    const first = ask('first');
    lock.hold = null;
    await first;
    lock.hold = 'loading';
    const second = ask('second');
    lock.hold = null;
    await second;
    expect(world.ran).toEqual(['first', 'second']);
  });
});
