import { YNotebook } from '@jupyter/ydoc';
import type { ICodeCell } from '@jupyterlab/nbformat';
import * as Y from 'yjs';

import { followReplaced } from '../../documents/replaced';
import { MovedCells } from '../moved';
import type { Coming } from '../moved';

/** Somebody who has the notebook open; `sync` brings them what others did, as a server would. */
export class Person {
  constructor(perCell = false) {
    this.notebook = new YNotebook({ disableDocumentWideUndoRedo: perCell });
    followReplaced(this.notebook);
    const { ydoc } = this.notebook;
    ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) {
        this._own.push(update);
      }
    });
    this._moved = new MovedCells(
      ydoc,
      this,
      (after = 0) => {
        const own = this._own.slice(after);
        return own.length === 0 ? null : Y.mergeUpdates(own);
      },
      () => this._coming
    );
  }

  readonly notebook: YNotebook;

  sync(...others: Person[]): void {
    this._hear(others, false);
  }

  /** As the room tells at once what others do, each by itself. */
  hear(other: Person): void {
    this._hear([other], true);
  }

  private _hear(others: readonly Person[], isNews: boolean): void {
    for (const other of others) {
      const missing = other._missingFrom(this);
      this._coming = { update: missing, heeded: isNews ? Infinity : this._acknowledged };
      Y.applyUpdate(this.notebook.ydoc, missing, this);
      other._wasHeard(this);
    }
  }

  /** A server acknowledges what it gets after it has told what it has done before. */
  private _wasHeard(by: Person): void {
    if (by !== this && Y.decodeUpdate(by._missingFrom(this)).structs.length === 0) {
      this._acknowledged = this._own.length;
    }
  }

  private _missingFrom({ notebook }: Person): Uint8Array {
    return Y.encodeStateAsUpdate(this.notebook.ydoc, Y.encodeStateVector(notebook.ydoc));
  }

  /** All that was written here is in the file. */
  filed(): void {
    this._own.length = 0;
    this._acknowledged = 0;
  }

  type(id: string, at: number, text: string, end = at): void {
    this._cell(id).updateSource(at, end, text);
  }

  /** As an agent does that knows notebooks from their JSON. */
  replace(id: string, source: string): void {
    this._cell(id).ymodel.set('source', new Y.Text(source));
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
  private _acknowledged = 0;
  private _coming: Coming | null = null;
  private readonly _moved: MovedCells;
}

export function cell(id: string, source: string): ICodeCell {
  return { id, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null };
}

/** Those who have the notebook open in this test. */
let people: Person[] = [];

/** A typist and a mover, who have the same notebook. */
export function meet(count = 2, perCell = false): Person[] {
  people = Array.from({ length: count }, () => new Person(perCell));
  const [first, ...others] = people;
  const cells = [cell('a', 'alpha'), cell('b', 'beta'), cell('c', 'gamma')];
  first?.notebook.fromJSON({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  others.forEach(other => other.sync(...people));
  people.forEach(person => person.filed());
  return people;
}

export function meetTwo(perCell = false): [Person, Person] {
  const [typist, mover] = meet(2, perCell);
  if (typist === undefined || mover === undefined) {
    throw new Error('Nobody came');
  }
  return [typist, mover];
}

/** Until nobody has anything new; all have the same then. */
export function settle(): void {
  for (let round = 0; round < 3; round++) {
    people.forEach(person => person.sync(...people));
  }
  people.forEach(person => expect(person.sources).toEqual(people[0]?.sources));
}

/** Everybody leaves. */
export function part(): void {
  people.splice(0).forEach(person => person.dispose());
}

/** All that was written is in the file. */
export function file(): void {
  people.forEach(person => person.filed());
}

/** As JupyterLab splits a cell: the first part is a new one. */
export function split({ notebook }: Person, index: number, at: number): void {
  const old = notebook.getCell(index);
  const source = old.getSource();
  notebook.transact(() => {
    notebook.insertCells(index, [{ cell_type: 'code', source: source.slice(0, at).trim() }]);
    old.setSource(source.slice(at).trim());
  });
}

/** As JupyterLab merges a cell with those below. */
export function merge({ notebook }: Person, index: number, count = 2): void {
  const sources = notebook.cells.slice(index, index + count).map(one => one.getSource());
  notebook.transact(() => {
    notebook.deleteCell(index);
    notebook.insertCell(index, { cell_type: 'code', source: sources.join('\n\n') });
    notebook.deleteCellRange(index + 1, index + count);
  });
}

export function idAt({ notebook }: Person, index: number): string {
  return notebook.getCell(index).getId();
}
