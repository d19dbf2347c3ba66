import { wholeDice } from '../../__tests__/dice';
import { file, idAt, meet, meetTwo, merge, part, settle } from './people';
import type { Person } from './people';

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());
afterEach(part);

describe('text typed into a cell that somebody else merges with others (M19)', () => {
  it.each([
    ['the first', 'a', 'alpha and more\n\nbeta'],
    ['the second', 'b', 'alpha\n\nbeta and more']
  ])('comes along when it is %s', (_, id, expected) => {
    const [typist, merger] = meetTwo();
    typist.type(id, typist.read(id).length, ' and more');
    merge(merger, 0);
    settle();
    expect(typist.sources).toEqual([expected, 'gamma']);
  });

  it('is not there twice where the merger had some of it already', () => {
    const [typist, merger] = meetTwo();
    typist.type('b', 4, ' and');
    merger.sync(typist);
    typist.type('b', 8, ' more');
    merge(merger, 0);
    settle();
    expect(typist.sources).toEqual(['alpha\n\nbeta and more', 'gamma']);
  });

  it('comes along from several, into three cells that become one, and beside what the merger wrote', () => {
    const [one, other, merger] = meet(3) as [Person, Person, Person];
    one.type('a', 0, 'one ');
    other.type('b', 4, ' two');
    other.type('c', 5, ' three');
    merge(merger, 0, 3);
    merger.type(idAt(merger, 0), merger.sources[0]?.length ?? 0, ' four');
    settle();
    expect(one.sources[0]?.replace(' four', '')).toBe('one alpha\n\nbeta two\n\ngamma three');
    expect(one.sources[0]).toContain(' four');
  });

  it('comes along when the cells are merged on before it is there', () => {
    const [typist, merger] = meetTwo();
    typist.type('a', 5, ' and more');
    merge(merger, 0);
    merge(merger, 0);
    settle();
    expect(typist.sources).toEqual(['alpha and more\n\nbeta\n\ngamma']);
  });

  it('comes along when the merge is undone meanwhile', () => {
    const [typist, merger] = meetTwo();
    merger.notebook.undoManager.clear();
    merge(merger, 0);
    settle();
    typist.type(idAt(typist, 0), 5, ' and more');
    typist.type(idAt(typist, 0), 0, 'my ');
    merger.notebook.undo();
    settle();
    expect(typist.sources).toEqual(['my alpha and more', 'beta', 'gamma']);
  });

  it('comes along into an empty cell', () => {
    const [typist, merger] = meetTwo();
    typist.type('b', 0, '', 4);
    settle();
    file();
    typist.type('b', 0, 'more');
    merge(merger, 0);
    settle();
    expect(typist.sources.join().split(/\s+/)).toEqual(['alpha', 'more,gamma']);
  });

  it('comes along where the server has made one of two that were merged at once', () => {
    const [typist, merger] = meetTwo();
    merge(merger, 0);
    settle();
    typist.type(idAt(typist, 0), 5, ' and more');
    merger.notebook.transact(() => {
      merger.notebook.deleteCell(0);
      merger.notebook.addCell({ cell_type: 'code', source: 'alpha\n\nbeta\n\ndelta' });
    });
    settle();
    expect(typist.sources).toEqual(['gamma', 'alpha and more\n\nbeta\n\ndelta']);
  });

  it('stays away where cells are deleted beside a new one', () => {
    const [typist, merger] = meetTwo();
    typist.type('a', 5, ' and more');
    merger.notebook.transact(() => {
      merger.notebook.deleteCellRange(0, 2);
      merger.notebook.insertCell(0, { cell_type: 'code', source: 'delta' });
    });
    settle();
    expect(typist.sources).toEqual(['delta', 'gamma']);
  });
});

it('keeps each word once, whoever merges and moves cells meanwhile (M19)', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = wholeDice(seed);
    part();
    const [one, other, merger] = meet(3) as [Person, Person, Person];
    const { notebook } = merger;
    const words = ['alpha', 'beta', 'gamma'];
    const deeds = [
      () => notebook.cells.length > 1 && merge(merger, random(notebook.cells.length - 1)),
      () => notebook.moveCell(random(notebook.cells.length), random(notebook.cells.length)),
      () =>
        notebook.addCell({
          cell_type: 'code',
          source: `new${words.push(`new${words.length}`) - 1}`
        }),
      () => other.sync(one),
      () => merger.sync(one)
    ];
    for (let turn = 0; turn < 8; turn++) {
      for (const [name, typist] of Object.entries({ one, other })) {
        const id = idAt(typist, random(typist.sources.length));
        words.push(`${name}${turn}`);
        // Each on a side of their own.
        typist.type(id, name === 'one' ? 0 : typist.read(id).length, ` ${name}${turn} `);
      }
      deeds[random(deeds.length)]?.();
      settle();
      if (random(2) === 0) {
        file();
      }
    }
    const found = one.sources.join(' ').trim().split(/\s+/).sort();
    expect([seed, found]).toEqual([seed, words.sort()]);
  }
});
