import type { YCodeCell } from '@jupyter/ydoc';
import type { ICodeCellModel } from '@jupyterlab/cells';
import { NotebookModel } from '@jupyterlab/notebook';
import * as Y from 'yjs';

import { wholeDice } from '../../__tests__/dice';
import { mirrorOutputs } from '../../outputs';
import { cell, file, meet, meetTwo, part, settle } from './people';
import type { Person } from './people';

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());
afterEach(part);

describe('text typed into a cell that somebody else moves (M19)', () => {
  it('comes along, once', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and more');
    mover.notebook.moveCell(1, 0);
    settle();
    expect(typist.sources).toEqual(['beta and more', 'alpha', 'gamma']);
  });

  it('comes along when the mover hears of it first', () => {
    const [typist, mover] = meetTwo();
    mover.notebook.moveCell(1, 2);
    typist.type('b', 0, 'new ');
    mover.sync(typist);
    settle();
    expect(typist.sources).toEqual(['alpha', 'gamma', 'new beta']);
  });

  it('is not there twice where the mover had it already', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and more');
    mover.sync(typist);
    mover.notebook.moveCell(1, 0);
    settle();
    expect(typist.sources).toEqual(['beta and more', 'alpha', 'gamma']);
  });

  it('goes on from what the mover had of it', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and');
    mover.sync(typist);
    typist.type('b', 8, ' more');
    mover.notebook.moveCell(1, 0);
    settle();
    expect(typist.read('b')).toBe('beta and more');
  });

  it('comes along when it was typed before and after, and the cell moves on', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' one');
    mover.notebook.moveCell(1, 0);
    typist.sync(mover);
    typist.type('b', 8, ' two');
    mover.notebook.moveCell(0, 2);
    settle();
    expect(typist.sources).toEqual(['alpha', 'gamma', 'beta one two']);
  });

  it('comes along with deletions, and beside what the mover wrote', () => {
    const [typist, mover] = meetTwo();
    mover.type('b', 4, ' one two three');
    settle();
    file();
    typist.type('b', 5, '', 9);
    typist.type('b', 0, 'my ');
    mover.notebook.moveCell(1, 0);
    mover.type('b', 18, ' four');
    settle();
    expect(typist.read('b')).toBe('my beta two three four');
  });

  it('comes along from two typists', () => {
    const [one, other, mover] = meet(3);
    one?.type('b', 0, 'one ');
    other?.type('b', 4, ' 𝒳 two');
    mover?.notebook.moveCell(1, 0);
    settle();
    expect(one?.read('b')).toBe('one beta 𝒳 two');
  });

  it('comes along when the move is heard of before what it stands on', () => {
    const [typist, mover] = meetTwo();
    mover.type('a', 5, ' one');
    typist.type('b', 4, ' and more');
    const moves: Uint8Array[] = [];
    mover.notebook.ydoc.on('update', (update: Uint8Array) => moves.push(update));
    mover.notebook.moveCell(1, 0);
    moves.forEach(move => Y.applyUpdate(typist.notebook.ydoc, move, typist));
    expect(typist.sources).toEqual(['alpha', 'gamma']);
    typist.type('c', 5, ' two');
    settle();
    expect(typist.sources).toEqual(['beta and more', 'alpha one', 'gamma two']);
  });

  it('comes along when the cell becomes another kind of cell', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and more');
    const { ydoc } = mover.notebook;
    ydoc.transact(() => {
      mover.notebook.deleteCell(1);
      const metadata = {};
      mover.notebook.insertCell(1, { id: 'b', cell_type: 'markdown', source: 'beta', metadata });
    });
    settle();
    expect(typist.read('b')).toBe('beta and more');
    expect(typist.notebook.cells[1]?.cell_type).toBe('markdown');
  });
});

describe('text typed into a cell of which an agent replaces the source (M19)', () => {
  it('comes along, once, and without what the agent had', () => {
    const [typist, agent] = meetTwo();
    typist.type('b', 4, ' seen');
    agent.sync(typist);
    typist.type('b', 9, ' unseen');
    typist.type('b', 0, '', 1);
    agent.replace('b', 'new code');
    settle();
    expect(typist.sources).toEqual(['alpha', 'new code unseen', 'gamma']);
    typist.type('b', 0, 'some ');
    agent.replace('b', 'other code');
    settle();
    expect(typist.read('b')).toBe('some other code');
  });

  it('comes along where the agent has gone on meanwhile', () => {
    const [typist, agent] = meetTwo();
    typist.type('b', 4, ' one');
    agent.replace('b', 'a moment');
    agent.replace('b', 'new code');
    agent.type('b', 8, ' that runs');
    settle();
    expect(typist.read('b').split(' ').sort()).toEqual('code new one runs that'.split(' '));
  });

  it.each([
    ['# x\nbeta', '# xxx\nbeta', '# xxx\nbetaX'],
    ['beta()', 'print(beta())', 'print(betaX())'],
    ['beta', 'beta\nbeta 😀', 'betaX\nbeta 😀']
  ])('comes along where the agent has not heard of that yet: %j', (first, again, expected) => {
    const [typist, agent] = meetTwo();
    typist.type('b', 4, 'X');
    agent.replace('b', first);
    typist.sync(agent);
    expect(typist.read('b')).toBe(first.replace('beta', 'betaX'));
    agent.replace('b', again);
    settle();
    expect(typist.read('b')).toBe(expected);
  });

  it('comes along where it came to the room too late, which was all that it could tell', () => {
    const [typist, room] = meetTwo();
    typist.type('b', 4, ' seen');
    room.sync(typist);
    typist.type('b', 9, ' late');
    room.replace('b', 'new code');
    room.sync(typist);
    typist.type('b', 0, 'some ');
    settle();
    expect(typist.read('b')).toBe('some new code late');
  });

  it('is there once where the room had some of it in time, of which it has not told', () => {
    const [typist, room] = meetTwo();
    typist.type('b', 4, '\none ');
    room.type('a', 0, 'untold ');
    room.sync(typist);
    room.replace('b', 'new code one ');
    typist.type('b', 5, 'zero ');
    typist.type('b', 14, 'two ');
    settle();
    expect(typist.read('b')).toBe('new code\nzero one two ');
  });

  it('has come along when it is looked where people were', () => {
    const [typist, agent] = meetTwo();
    const seen: string[] = [];
    typist.notebook.ydoc.on('afterAllTransactions', () => seen.push(typist.read('b')));
    typist.type('b', 4, 'X');
    agent.replace('b', 'new beta');
    typist.sync(agent);
    expect(seen).toContain('new betaX');
    expect(seen).not.toContain('new beta');
  });

  it('is there once where a whole cell takes its place, with what the room had', () => {
    const [typist, room] = meetTwo();
    typist.type('b', 4, '\n');
    [typist, room].forEach(it => it.sync(typist, room));
    file();
    typist.type('b', 5, 'one ');
    room.sync(typist);
    typist.type('b', 9, 'two four five ');
    typist.type('b', 5, 'three ');
    typist.type('b', 0, 'some ');
    room.notebook.transact(() => {
      room.notebook.deleteCell(1);
      room.notebook.insertCell(1, cell('b', 'new code\none '));
    });
    typist.hear(room);
    settle();
    expect(typist.read('b')).toBe('some new code\nthree one two four five ');
  });

  it('comes along where the cell is too large for the room to see what it lacks', () => {
    const [typist, room] = meetTwo();
    const text = 'word '.repeat(5000);
    typist.type('b', 4, ` ${text}`);
    [typist, room].forEach(it => it.sync(typist, room));
    file();
    typist.type('b', 0, 'some ');
    room.sync(typist);
    room.notebook.transact(() => {
      room.notebook.deleteCell(1);
      room.notebook.insertCell(1, cell('b', `beta ${text}`));
    });
    typist.hear(room);
    settle();
    expect(typist.read('b')).toBe(`some beta ${text}`);
  });

  it('stays gone where the agent had it all', () => {
    const [typist, agent] = meetTwo();
    typist.type('b', 4, ' seen');
    settle();
    agent.replace('b', 'new code');
    settle();
    expect(typist.sources).toEqual(['alpha', 'new code', 'gamma']);
  });
});

describe.each([true, false])('a move that is undone, where undo is by cell: %s (M19)', perCell => {
  it('leaves the source that an agent has given the cell since', () => {
    const [agent, mover] = moved();
    agent.replace('b', 'new code');
    settle();
    file();
    for (const way of ['undo', 'redo', 'undo'] as const) {
      mover.notebook[way]();
      settle();
      expect(mover.read('b')).toBe('new code');
    }
    expect(mover.sources).toEqual(['alpha', 'new code', 'gamma']);
  });

  function moved(): [Person, Person] {
    const [typist, mover] = meetTwo(perCell);
    mover.notebook.undoManager.clear();
    mover.notebook.moveCell(1, 0);
    mover.notebook.undoManager.stopCapturing();
    settle();
    return [typist, mover];
  }

  it('leaves what others wrote into the cell since', () => {
    const [typist, mover] = moved();
    typist.type('b', 4, ' and a page');
    settle();
    file();
    mover.notebook.undo();
    settle();
    expect(mover.sources).toEqual(['alpha', 'beta and a page', 'gamma']);
  });

  it('leaves it once, also while it is on its way, and where the undo is undone', () => {
    const [typist, mover] = moved();
    typist.type('b', 4, ' and');
    settle();
    typist.type('b', 8, ' more');
    mover.notebook.undo();
    settle();
    expect(mover.sources).toEqual(['alpha', 'beta and more', 'gamma']);
    typist.type('b', 0, '', 5);
    settle();
    file();
    mover.notebook.redo();
    settle();
    expect(mover.sources).toEqual(['and more', 'alpha', 'gamma']);
    typist.type('b', 8, ' words');
    settle();
    mover.notebook.undo();
    settle();
    expect(mover.sources).toEqual(['alpha', 'and more words', 'gamma']);
  });

  it('leaves what others have run and set in the cell since', () => {
    const [runner, mover] = meetTwo(perCell);
    const codeAt = ({ notebook }: Person, index: number) => notebook.cells[index] as YCodeCell;
    codeAt(runner, 1).setOutputs([{ output_type: 'stream', name: 'stdout', text: 'old' }]);
    codeAt(runner, 1).executionState = 'running';
    settle();
    mover.notebook.undoManager.clear();
    mover.notebook.moveCell(1, 0);
    mover.notebook.undoManager.stopCapturing();
    settle();
    const cell = codeAt(runner, 0);
    const plot = { output_type: 'display_data', data: { 'text/plain': 'plot' }, metadata: {} };
    cell.setOutputs([{ output_type: 'stream', name: 'stdout', text: 'ne' }, plot]);
    cell.appendStreamOutput(0, 'w');
    cell.execution_count = 7;
    cell.setMetadata('tags', ['here']);
    settle();
    const { outputs, metadata } = codeAt(mover, 0);
    for (const [way, index] of [
      ['undo', 1],
      ['redo', 0],
      ['undo', 1]
    ] as const) {
      mover.notebook[way]();
      settle();
      for (const person of [mover, runner]) {
        const back = codeAt(person, index);
        expect([back.getId(), back.outputs, back.metadata]).toEqual(['b', outputs, metadata]);
        expect([back.execution_count, back.executionState]).toEqual([7, 'idle']);
      }
    }
    codeAt(mover, 1).appendStreamOutput(0, 'er');
    expect(codeAt(mover, 1).outputs[0]).toMatchObject({ text: 'newer' });
  });

  it('changes nothing of a cell that nobody has changed since', () => {
    const [runner, mover] = meetTwo(perCell);
    const cell = runner.notebook.cells[1] as YCodeCell;
    cell.setOutputs([{ output_type: 'stream', name: 'stdout', text: 'old' }]);
    settle();
    mover.notebook.undoManager.clear();
    mover.notebook.moveCell(1, 0);
    settle();
    let changes = 0;
    mover.notebook.ydoc.on('update', () => (changes += 1));
    mover.notebook.undo();
    expect(changes).toBe(1);
  });
});

it('leaves the metadata that others have set where a change of type is undone (M19)', () => {
  const [writer, changer] = meetTwo();
  changer.notebook.undoManager.clear();
  changer.notebook.transact(() => {
    changer.notebook.deleteCell(1);
    changer.notebook.insertCell(1, {
      id: 'b',
      cell_type: 'markdown',
      source: 'beta',
      metadata: {}
    });
  });
  settle();
  writer.notebook.cells[1]?.setMetadata('tags', ['here']);
  settle();
  changer.notebook.undo();
  settle();
  const [, back] = writer.notebook.cells;
  expect([back?.cell_type, back?.metadata]).toEqual(['code', { tags: ['here'] }]);
});

it.each([true, false])('moves, undone or not, keep each word once (M19, by cell: %s)', perCell => {
  for (let seed = 0; seed < 100; seed++) {
    const random = wholeDice(seed);
    part();
    const [typist, mover] = meetTwo(perCell);
    const { notebook } = mover;
    notebook.undoManager.clear();
    const turns = [
      () => notebook.undo(),
      () => notebook.redo(),
      () => settle(),
      () => {
        settle();
        file();
      },
      () => {
        notebook.undoManager.stopCapturing();
        notebook.moveCell(random(3), random(3));
      }
    ];
    const words = ['alpha', 'beta', 'gamma'];
    for (let turn = 0; turn < 14; turn++) {
      const id = 'abc'.charAt(random(3));
      words.push(`word${turn}`);
      typist.type(id, random(2) * typist.read(id).length, ` word${turn} `);
      turns[random(turns.length)]?.();
    }
    settle();
    expect([seed, mover.sources.join(' ').trim().split(/ +/).sort()]).toEqual([seed, words.sort()]);
  }
});

it('takes back what was typed together with a move, and nothing of others (M19)', () => {
  const [typist, mover] = meetTwo();
  mover.notebook.undoManager.clear();
  mover.type('b', 4, ' before');
  mover.notebook.moveCell(1, 0);
  mover.type('b', 11, ' after');
  settle();
  typist.type('b', 0, 'my ');
  settle();
  expect(mover.sources).toEqual(['my beta before after', 'alpha', 'gamma']);
  mover.notebook.undo();
  settle();
  expect(mover.sources).toEqual(['alpha', 'my beta', 'gamma']);
});

describe('other cells that go', () => {
  it('stay away if they are deleted for good', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and more');
    mover.notebook.deleteCell(1);
    settle();
    expect(typist.sources).toEqual(['alpha', 'gamma']);
  });

  it('are left as the mover has them where nothing of them was typed here lately', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and more');
    settle();
    typist.filed();
    mover.type('b', 4, '', 13);
    mover.notebook.moveCell(1, 0);
    settle();
    expect(typist.sources).toEqual(['beta', 'alpha', 'gamma']);
  });

  it('are left alone where they are moved here', () => {
    const [typist, mover] = meetTwo();
    typist.type('b', 4, ' and more');
    typist.notebook.moveCell(1, 0);
    mover.type('a', 0, 'an ');
    settle();
    expect(typist.sources).toEqual(['beta and more', 'an alpha', 'gamma']);
  });
});

describe('what a run brings into a cell that somebody else moves meanwhile (M19)', () => {
  const print = (text: string) => ({ output_type: 'stream', name: 'stdout', text });
  const codeOf = ({ notebook }: Person) => notebook.cells.find(({ id }) => id === 'b') as YCodeCell;
  /** It runs, and the others have what it has printed first. */
  const begin = (runner: Person) => {
    codeOf(runner).executionState = 'running';
    codeOf(runner).setOutputs([print('one\n')]);
    settle();
  };
  const agree = (people: readonly Person[]) => {
    settle();
    const [first, ...others] = people.map(person => {
      const { outputs, execution_count: count } = codeOf(person);
      return [outputs.map(({ text }) => text), count];
    });
    others.forEach(other => expect(other).toEqual(first));
    return first;
  };

  it('comes along', () => {
    const [runner, mover] = meetTwo();
    begin(runner);
    codeOf(runner).appendStreamOutput(0, 'two\n');
    codeOf(mover).setMetadata('tags', ['here']);
    mover.notebook.moveCell(1, 0);
    expect(agree([runner, mover])).toEqual([['one\ntwo\n'], null]);
    expect(codeOf(runner).getMetadata('tags')).toEqual(['here']);
    codeOf(runner).appendStreamOutput(0, 'three\n');
    expect(agree([runner, mover])).toEqual([['one\ntwo\nthree\n'], null]);
  });

  it('goes on where it is, as that of a progress bar does', () => {
    const [runner, mover] = meetTwo();
    const model = new NotebookModel({ sharedModel: runner.notebook, collaborationEnabled: true });
    mirrorOutputs(model);
    const show = (text: string) => {
      const shown = [...model.cells].find(({ id }) => id === 'b') as ICodeCellModel;
      shown.outputs.add(print(text));
    };
    show('\r10%');
    settle();
    show('\r20%');
    mover.notebook.moveCell(1, 0);
    expect(agree([runner, mover])).toEqual([['20%'], null]);
    show('\r30%');
    expect(agree([runner, mover])).toEqual([['30%'], null]);
  });

  it('comes along with its end', () => {
    const [runner, mover] = meetTwo();
    begin(runner);
    codeOf(runner).setOutputs([print('all\n')]);
    codeOf(runner).execution_count = 7;
    codeOf(runner).executionState = 'idle';
    mover.notebook.moveCell(1, 2);
    expect(agree([runner, mover])).toEqual([['all\n'], 7]);
  });

  it('comes along where it has only begun', () => {
    const [runner, mover] = meetTwo();
    begin(runner);
    file();
    codeOf(runner).setOutputs([]);
    mover.notebook.moveCell(1, 2);
    expect(agree([runner, mover])).toEqual([[], null]);
  });

  it('is as the mover has it where nothing has come from here', () => {
    const [runner, mover, other] = meet(3) as [Person, Person, Person];
    begin(runner);
    file();
    other.type('b', 0, 'new ');
    codeOf(mover).setOutputs([]);
    mover.notebook.moveCell(1, 0);
    expect(agree([runner, mover, other])).toEqual([[], null]);
  });
});
