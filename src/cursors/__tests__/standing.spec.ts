import { shareRange } from '../wire';
import { cellMarks, standings } from '../standing';
import type { Standing } from '../standing';
import { setUp } from './people';

function standing(name: string, cell: string, more: Partial<Standing> = {}): Standing {
  const user = { username: name, name, displayName: name, initials: name, color: `#${name}` };
  return { client: 1, user, cell, selected: [], mode: 'command', offset: null, ...more };
}

describe('standings', () => {
  it('are where people say, or where their cursor is', () => {
    const { text, tracker, frame, join } = setUp('one');
    const [bob, carl, dan] = [join('bob'), join('carl'), join('dan')];
    bob.say({ cells: { mode: 'command', active: 'b', selected: ['b', 'c'] } });
    carl.say({ cursors: [shareRange(carl.text, { anchor: 2, head: 2 }, true)] });
    dan.say({ cells: { mode: 'edit', active: 'a', selected: [] } });
    dan.at(3);
    frame();
    const all = standings(tracker, found => (found === text ? 'a' : undefined));
    expect(
      all.map(({ user, cell, mode, offset, selected }) => [
        user.name,
        cell,
        mode,
        offset,
        selected.length
      ])
    ).toEqual([
      ['bob', 'b', 'command', null, 2],
      ['carl', 'a', 'edit', 2, 0],
      ['dan', 'a', 'edit', 3, 0]
    ]);
  });
});

describe('cellMarks', () => {
  it('name who is in a cell, once, and colour what is selected', () => {
    const marks = cellMarks([
      standing('a', '1', { selected: ['1', '2'] }),
      standing('a', '1', { client: 2 }),
      standing('b', '2')
    ]);
    const names = [...marks].map(([id, { here, colors }]) => [
      id,
      here.map(({ name }) => name).join(),
      colors.join()
    ]);
    expect(names).toEqual([
      ['1', 'a', '#a'],
      ['2', 'b', '#a,#b']
    ]);
  });
});
