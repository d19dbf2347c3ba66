import { YNotebook } from '@jupyter/ydoc';
import type { YCellType, YCodeCell } from '@jupyter/ydoc';
import type { ICodeCellModel } from '@jupyterlab/cells';
import * as Y from 'yjs';

import { Page, plot } from '../../outputs/__tests__/pages';
import { followReplaced } from '../replaced';

type Change = (cell: Y.Map<unknown>, cells: Y.Array<Y.Map<unknown>>) => void;

const NOTHING = Uint8Array.of(0, 0);

const newSource: Change = cell => cell.set('source', new Y.Text('new code'));
const newOutputs: Change = cell => {
  cell.set('outputs', Y.Array.from([new Y.Map(Object.entries(plot('new')))]));
};
const newMetadata: Change = cell => cell.set('metadata', new Y.Map([['tags', ['new']]]));

/** A page, and an agent that does something to the second of three cells. */
function meet(perCell = true) {
  const agent = new YNotebook().ydoc;
  const first = new YNotebook();
  const metadata = { tags: ['old'], name: 'old' };
  const cell = (id: string) => ({ id, cell_type: 'code', source: id, outputs: [plot('old')] });
  first.insertCells(0, [cell('a'), { ...cell('b'), metadata }, cell('c')]);
  Y.applyUpdate(agent, Y.encodeStateAsUpdate(first.ydoc));
  const page = new Page(perCell);
  const { notebook, model } = page;
  followReplaced(notebook);
  const cells = agent.getArray<Y.Map<unknown>>('cells');
  /** Nothing is written as the page takes in what is new, and it shows all that is there. */
  const sync = () => {
    Y.applyUpdate(agent, Y.mergeUpdates([NOTHING, ...page.sent.splice(0)]));
    page.receive(Y.encodeStateAsUpdate(agent, Y.encodeStateVector(notebook.ydoc)));
    expect(notebook.toJSON().cells).toEqual(cells.toJSON());
    const shown = [...model.cells].map(({ sharedModel }) => sharedModel);
    expect(shown).toEqual([...notebook.cells]);
    for (const it of model.cells) {
      const outputs = it.type === 'code' ? (it as ICodeCellModel).outputs.toJSON() : undefined;
      expect(outputs).toEqual(it.sharedModel.toJSON()['outputs']);
    }
  };
  const change = (make: Change) => {
    agent.transact(() => make(cells.get(1), cells));
    sync();
  };
  sync();
  return {
    cells,
    page,
    notebook,
    model,
    change,
    sync,
    second: () => notebook.cells[1] as YCodeCell
  };
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('a cell of which an agent replaces a part as a whole (O20)', () => {
  it('has the new source, in which people write', () => {
    const { cells, model, change, sync, second } = meet();
    const before = model.cells.get(1);
    change(newSource);
    expect(model.cells.get(1)).not.toBe(before);
    expect(before.isDisposed).toBe(true);
    second().updateSource(0, 0, 'typed ');
    sync();
    expect(String(cells.get(1).get('source'))).toBe('typed new code');
  });

  it('has the new outputs, to which a run adds some', () => {
    const { cells, model, change, sync } = meet();
    const before = model.cells.get(1) as ICodeCellModel;
    change(newOutputs);
    expect(model.cells.get(1)).toBe(before);
    expect(before.outputs.toJSON()).toEqual([plot('new')]);
    before.outputs.add(plot('run'));
    sync();
    expect(cells.get(1).get('outputs')).toHaveLength(2);
  });

  it('has the new metadata, and JupyterLab hears of each', () => {
    const { cells, model, change, sync, second } = meet();
    const before = model.cells.get(1);
    const heard: unknown[] = [];
    before.metadataChanged.connect((_, { key, newValue }) => heard.push([key, newValue]));
    change(newMetadata);
    expect(model.cells.get(1)).toBe(before);
    expect(before.metadata).toEqual({ tags: ['new'] });
    expect(heard).toEqual([
      ['tags', ['new']],
      ['name', undefined]
    ]);
    second().setMetadata('name', 'b');
    sync();
    expect(cells.get(1).toJSON()).toMatchObject({ metadata: { tags: ['new'], name: 'b' } });
  });

  it('has the new type', () => {
    const { model, change } = meet();
    change(cell => {
      cell.set('cell_type', 'markdown');
      cell.delete('outputs');
      cell.delete('execution_count');
    });
    expect(model.cells.get(1).type).toBe('markdown');
    change(cell => {
      cell.set('attachments', { 'a.png': { 'image/png': 'YQ==' } });
      newSource(cell, new Y.Array());
    });
    expect(model.cells.get(1)).toMatchObject({ attachments: { length: 1 } });
  });

  it('has all of it where it comes at once, and again, as other cells come and go', () => {
    const { model, notebook, change, second } = meet();
    const [a, , c] = notebook.cells;
    change((cell, cells) => {
      [newSource, newOutputs, newMetadata].forEach(make => make(cell, cells));
      cells.insert(1, [cells.get(0).clone()]);
      cells.get(1).set('id', 'd');
      cells.delete(0);
    });
    expect(second().toJSON()).toMatchObject({ source: 'new code', metadata: { tags: ['new'] } });
    [newSource, newOutputs, newMetadata, newSource].forEach(make => change(make));
    expect([...model.cells].map(({ id }) => id)).toEqual(['d', 'b', 'c']);
    expect([a?.isDisposed, c?.isDisposed]).toEqual([true, false]);
    change((_, cells) => cells.delete(1));
    expect(model.cells.length).toBe(2);
  });

  it('may go at once', () => {
    const { model, change } = meet();
    change((cell, cells) => {
      newSource(cell, cells);
      cells.delete(1);
    });
    expect(model.cells.length).toBe(2);
  });

  it.each([true, false])('leaves what was typed elsewhere to be undone (per cell: %s)', perCell => {
    const { cells, notebook, change, sync, second } = meet(perCell);
    const [other] = notebook.cells as [YCellType];
    other.updateSource(0, 0, 'typed ');
    sync();
    [newSource, newOutputs, newMetadata].forEach(make => change(make));
    other.undo();
    sync();
    expect(String(cells.get(0).get('source'))).toBe('a');
    second().updateSource(0, 0, 'typed ');
    second().undo();
    sync();
    expect(String(cells.get(1).get('source'))).toBe('new code');
  });

  it('leaves what was typed into it to be undone where its source stays', () => {
    const { cells, change, sync, second } = meet();
    second().updateSource(0, 0, 'typed ');
    [newOutputs, newMetadata].forEach(make => change(make));
    second().undo();
    sync();
    expect(String(cells.get(1).get('source'))).toBe('b');
  });

  it.each(['_ycellMapping', '_ymetadata', '_youtputs'])(
    'is there where its models keep nothing as %s',
    member => {
      const { notebook, change, second } = meet();
      [notebook, second()].forEach(it => Reflect.deleteProperty(it, member));
      change(newSource);
      expect(second().getSource()).toBe('new code');
    }
  );
});
