import { EditorState } from '@codemirror/state';
import { YNotebook } from '@jupyter/ydoc';
import type { SharedCell } from '@jupyter/ydoc';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { NotebookModel } from '@jupyterlab/notebook';
import type { Notebook } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import * as Y from 'yjs';

import { LostCells, putBackInto, StayingPut } from '..';
import type { LostCell } from '..';

const CODE = {
  id: 'code',
  cell_type: 'code',
  source: 'plot()',
  metadata: { tags: ['figure'] },
  execution_count: 3,
  outputs: [{ output_type: 'display_data', data: { 'text/plain': 'plot' }, metadata: {} }]
};
const MARKDOWN = {
  id: 'markdown',
  cell_type: 'markdown',
  source: '![a](attachment:a.png)',
  metadata: { tags: ['figure'] },
  attachments: { 'a.png': { 'image/png': 'YQ==' } }
};

/** Shows the second cell of a notebook, in which somebody writes. */
function showWriting(model: NotebookModel): Notebook {
  const cell = model.cells.get(1);
  const state = EditorState.create({ doc: cell.sharedModel.getSource() });
  const editor: unknown = Object.create(CodeMirrorEditor.prototype, {
    editor: { value: { state } }
  });
  const node = document.createElement('div');
  const input = document.createElement('textarea');
  node.append(input);
  document.body.replaceChildren(node);
  input.focus();
  const sender = {};
  const shown: unknown = {
    node,
    widgets: [],
    mode: 'edit',
    activeCellIndex: 1,
    activeCell: { model: cell, editor, isDisposed: false },
    activeCellChanged: new Signal(sender),
    disposed: new Signal(sender)
  };
  const notebook = shown as Notebook;
  model.cells.changed.connect(() => {
    // As JupyterLab does, once it hears of the cell's end.
    Object.assign(notebook.activeCell ?? {}, { isDisposed: true });
  });
  return notebook;
}

/** Ada writes in the second of three cells, which Bob deletes. */
function deleted(cell: SharedCell.Cell) {
  const bob = new YNotebook();
  const text = (id: string) => ({ id, cell_type: 'code', source: id, outputs: [] });
  bob.insertCells(0, [text('one'), cell, text('two')]);
  const ada = new YNotebook();
  const take = () => Y.applyUpdate(ada.ydoc, Y.encodeStateAsUpdate(bob.ydoc), 'net');
  take();
  const before = ada.cells[1]?.toJSON();
  const model = new NotebookModel({ sharedModel: ada, collaborationEnabled: true });
  const lost: LostCell[] = [];
  new StayingPut(showWriting(model), ada, it => lost.push(it));
  bob.deleteCell(1);
  take();
  expect(lost).toHaveLength(1);
  expect(ids(ada)).toEqual(['one', 'two']);
  const putBack = () => lost.forEach(it => putBackInto(ada, it));
  return { ada, bob, before, take, lost, putBack };
}

function ids({ cells }: YNotebook): string[] {
  return cells.map(({ id }) => id);
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('a cell that somebody deletes while another one writes in it (O15)', () => {
  it.each([CODE, MARKDOWN])('is put back with all that it had: $id', cell => {
    const { ada, before, putBack } = deleted(cell);
    putBack();
    expect(ids(ada)).toEqual(['one', cell.id, 'two']);
    expect(ada.cells[1]?.toJSON()).toEqual(before);
    expect(before).toMatchObject(cell);
  });

  it('is not put back where it is there again', () => {
    const { ada, bob, take, putBack } = deleted(CODE);
    bob.insertCell(0, CODE);
    take();
    putBack();
    expect(ids(ada)).toEqual(['code', 'one', 'two']);
  });

  it('is offered until it is there again, the last one first', () => {
    const { ada, lost } = deleted(CODE);
    const cells = new LostCells(ada);
    expect(cells.last).toBeNull();
    const earlier = lost.map(it => ({ ...it, id: 'earlier' }));
    [...earlier, ...lost].forEach(it => cells.add(it));
    const offered = [1, 2].map(() => {
      const it = cells.last;
      if (it !== null) {
        cells.putBack(it);
      }
      return it?.id;
    });
    expect(offered).toEqual(['code', 'earlier']);
    expect(cells.last).toBeNull();
    expect(ids(ada)).toEqual(['one', 'earlier', 'code', 'two']);
    ada.deleteCell(2);
    expect(cells.last?.id).toBe('code');
  });

  it('comes back before its outputs, which may be more than the server takes', () => {
    const { ada, putBack } = deleted(CODE);
    const made: unknown[] = [];
    ada.ydoc.on('afterTransaction', () => made.push(ada.cells[1]?.toJSON()));
    putBack();
    expect(made).toContainEqual({ ...CODE, outputs: [] });
    expect(made.at(-1)).toEqual(CODE);
  });
});
