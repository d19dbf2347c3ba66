import * as Y from 'yjs';

import { wholeDice } from '../../__tests__/dice';
import { editOnlyWhatDiffers } from '../../documents/leastedits';
import { cell, file, idAt, meetTwo, merge, part, settle, split } from './people';
import type { Person } from './people';

editOnlyWhatDiffers();

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());
afterEach(part);

/** What the others have written, and nothing else, is there; each word once. */
function wordsOf({ sources }: Person): string[] {
  return sources.join(' ').trim().split(/\s+/).sort();
}

function splitAtWord(person: Person, index: number, word: number): void {
  const source = person.notebook.getCell(index).getSource();
  split(person, index, source.split(' ').slice(0, word).join(' ').length);
}

describe.each([true, false])('what is undone, where undo is by cell: %s', perCell => {
  function begin(): [Person, Person] {
    const [typist, doer] = meetTwo(perCell);
    doer.notebook.undoManager.clear();
    return [typist, doer];
  }

  it('leaves a cell in which others have written, with what they wrote (M21)', () => {
    const [typist, doer] = begin();
    doer.notebook.insertCell(0, cell('d', 'delta'));
    settle();
    typist.type('d', 5, ' and a page');
    settle();
    doer.notebook.undo();
    settle();
    expect(doer.sources).toEqual([' and a page', 'alpha', 'beta', 'gamma']);
    expect(doer.notebook.getCell(0).toJSON()).toMatchObject({ id: 'd', cell_type: 'code' });
    doer.notebook.redo();
    settle();
    expect(doer.sources).toEqual(['delta and a page', 'alpha', 'beta', 'gamma']);
  });

  it.each([
    ['nobody else', (): void => undefined],
    ['others only spaces', (typist: Person) => typist.type('d', 0, ' \n')],
    ['the same person', (_: Person, doer: Person) => doer.type('d', 0, 'my ')]
  ])('leaves nothing of a cell in which %s has written', (_, write) => {
    const [typist, doer] = begin();
    doer.notebook.insertCell(0, cell('d', 'delta'));
    settle();
    write(typist, doer);
    settle();
    doer.notebook.undo();
    settle();
    expect(doer.sources).toEqual(['alpha', 'beta', 'gamma']);
  });

  it('leaves what others wrote into a part of a cell that was split', () => {
    const [typist, doer] = begin();
    split(doer, 1, 2);
    settle();
    typist.type(idAt(typist, 1), 2, ' more');
    settle();
    doer.notebook.undo();
    settle();
    expect(doer.sources).toEqual(['alpha', ' more', 'beta', 'gamma']);
  });

  it('leaves what others wrote into cells that were merged', () => {
    const [typist, doer] = begin();
    merge(doer, 0);
    settle();
    typist.type(idAt(typist, 0), 0, 'more ');
    settle();
    doer.notebook.undo();
    settle();
    expect(wordsOf(doer)).toEqual(['alpha', 'beta', 'gamma', 'more']);
    doer.notebook.redo();
    settle();
    expect(doer.sources).toEqual(['more alpha\n\nbeta', 'gamma']);
  });

  it('leaves nothing of what was deleted, and is deleted again', () => {
    const [typist, doer] = begin();
    typist.type('b', 4, ' and more');
    settle();
    doer.notebook.deleteCell(1);
    doer.notebook.undo();
    doer.notebook.redo();
    settle();
    expect(doer.sources).toEqual(['alpha', 'gamma']);
  });

  it('leaves what others wrote into a cell that was also moved', () => {
    const [typist, doer] = begin();
    const { notebook } = doer;
    notebook.insertCell(0, cell('d', 'delta'));
    settle();
    typist.type('d', 5, ' one');
    settle();
    notebook.undoManager.stopCapturing();
    notebook.moveCell(0, 2);
    settle();
    typist.type('d', 9, ' two');
    settle();
    notebook.undo();
    notebook.undo();
    settle();
    expect(wordsOf(doer)).toEqual(['alpha', 'beta', 'gamma', 'one', 'two']);
  });

  it('leaves each word of others once, whatever it is (M21)', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = wholeDice(seed);
      part();
      const [typist, doer] = begin();
      const { notebook } = doer;
      const anywhere = () => random(notebook.cells.length);
      const deeds = [
        () => notebook.insertCell(anywhere(), { cell_type: 'code', source: 'DOER' }),
        () => splitAtWord(doer, anywhere(), random(3)),
        () => notebook.cells.length > 1 && merge(doer, random(notebook.cells.length - 1)),
        () => notebook.moveCell(anywhere(), anywhere()),
        () => notebook.undo(),
        () => notebook.undo(),
        () => notebook.redo()
      ];
      const words = ['alpha', 'beta', 'gamma'];
      for (let turn = 0; turn < 20; turn++) {
        const id = idAt(typist, random(typist.sources.length));
        words.push(`word${turn}`);
        typist.type(id, random(2) * typist.read(id).length, ` word${turn} `);
        settle();
        file();
        notebook.undoManager.stopCapturing();
        deeds[random(deeds.length)]?.();
        settle();
      }
      const found = wordsOf(doer).filter(word => word !== 'DOER');
      expect([seed, found]).toEqual([seed, words.sort()]);
    }
  });
});

describe.each([true, false])(
  'undoing a move of a cell that somebody has moved on, where undo is by cell: %s',
  perCell => {
    it('leaves the cell where it is now, once', () => {
      const [other, mover] = meetTwo(perCell);
      const { notebook } = mover;
      notebook.undoManager.clear();
      notebook.moveCell(1, 0);
      settle();
      other.type('b', 4, ' and more');
      other.notebook.moveCell(0, 2);
      settle();
      notebook.undo();
      settle();
      expect(mover.sources).toEqual(['alpha', 'gamma', 'beta and more']);
      notebook.redo();
      settle();
      expect(mover.sources).toEqual(['alpha', 'gamma', 'beta and more']);
    });

    it('brings a cell back that somebody has deleted since', () => {
      const [other, mover] = meetTwo(perCell);
      mover.notebook.undoManager.clear();
      mover.notebook.moveCell(1, 0);
      settle();
      other.notebook.deleteCell(0);
      settle();
      mover.notebook.undo();
      settle();
      expect(mover.sources).toEqual(['alpha', 'beta', 'gamma']);
    });
  }
);

const PARTS: Record<string, (ycell: Y.Map<unknown>) => unknown> = {
  source: ycell => ycell.set('source', new Y.Text('of an agent')),
  outputs: ycell => ycell.set('outputs', new Y.Array()),
  metadata: ycell => ycell.set('metadata', new Y.Map([['tags', ['new']]])),
  type: ycell => ycell.set('cell_type', 'markdown'),
  number: ycell => ycell.set('execution_count', 7),
  'the type, and the source twice': ycell => {
    ycell.set('cell_type', 'raw');
    ['first', 'second'].forEach(words => ycell.set('source', new Y.Text(words)));
  }
};

describe.each([true, false])('a cell that was deleted here, where undo is by cell: %s', perCell => {
  it.each(Object.keys(PARTS))(
    'comes back whole where an agent has replaced this: %s (M21)',
    part => {
      const [agent, doer] = meetTwo(perCell);
      const { notebook } = doer;
      const printed = { output_type: 'stream', name: 'stdout', text: 'printed' };
      const ran = { outputs: [printed], execution_count: 3, metadata: { tags: ['old'] } };
      notebook.insertCell(1, { ...cell('d', 'delta old'), ...ran });
      agent.type('c', 0, 'the ');
      settle();
      doer.type('d', 5, '', 9);
      settle();
      [notebook, ...notebook.cells].forEach(it => it.undoManager?.stopCapturing());
      const before = notebook.toJSON();
      for (let round = 0; round < 2; round++) {
        notebook.deleteCell(1);
        PARTS[part]?.(agent.notebook.getCell(1).ymodel);
        doer.sync(agent);
        settle();
        expect(doer.sources).toEqual(['alpha', 'beta', 'the gamma']);
        notebook.undo();
        settle();
        expect([doer, agent].map(it => it.notebook.toJSON())).toEqual([before, before]);
      }
    }
  );
});
