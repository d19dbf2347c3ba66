import { YNotebook } from '@jupyter/ydoc';
import type { ICodeCell } from '@jupyterlab/nbformat';
import * as Y from 'yjs';

import { MovedCells } from '../moved';

/** Somebody who has the notebook open; `sync` brings them what others did, as a server would. */
class Person {
  constructor() {
    const { ydoc } = this.notebook;
    ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) {
        this._own.push(update);
      }
    });
    this._moved = new MovedCells(ydoc, this, () =>
      this._own.length === 0 ? null : Y.mergeUpdates(this._own)
    );
  }

  readonly notebook = new YNotebook();

  sync(...others: Person[]): void {
    for (const { notebook } of others) {
      const missing = Y.encodeStateAsUpdate(notebook.ydoc, Y.encodeStateVector(this.notebook.ydoc));
      Y.applyUpdate(this.notebook.ydoc, missing, this);
    }
  }

  /** All that was written here is in the file. */
  filed(): void {
    this._own.length = 0;
  }

  type(id: string, at: number, text: string, end = at): void {
    this._cell(id).updateSource(at, end, text);
  }

  read(id: string): string {
    return this._cell(id).getSource();
  }

  get sources(): string[] {
    return this.notebook.cells.map(cell => cell.getSource());
  }

  dispose(): void {
    this._moved.dispose();
    this.notebook.dispose();
  }

  private _cell(id: string) {
    const found = this.notebook.cells.find(cell => cell.getId() === id);
    if (found === undefined) {
      throw new Error(`There is no cell ${id}`);
    }
    return found;
  }

  private readonly _own: Uint8Array[] = [];
  private readonly _moved: MovedCells;
}

function cell(id: string, source: string): ICodeCell {
  return { id, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null };
}

let people: Person[] = [];

/** A typist and a mover, who have the same notebook. */
function meet(count = 2): Person[] {
  people = Array.from({ length: count }, () => new Person());
  const [first, ...others] = people;
  const cells = [cell('a', 'alpha'), cell('b', 'beta'), cell('c', 'gamma')];
  first?.notebook.fromJSON({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  others.forEach(other => other.sync(...people));
  people.forEach(person => person.filed());
  return people;
}

function meetTwo(): [Person, Person] {
  const [typist, mover] = meet();
  if (typist === undefined || mover === undefined) {
    throw new Error('Nobody came');
  }
  return [typist, mover];
}

/** Until nobody has anything new; all have the same then. */
function settle(): void {
  for (let round = 0; round < 3; round++) {
    people.forEach(person => person.sync(...people));
  }
  people.forEach(person => expect(person.sources).toEqual(people[0]?.sources));
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());
afterEach(() => people.forEach(person => person.dispose()));

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
    people.forEach(person => person.filed());
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
