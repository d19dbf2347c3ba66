import { YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { YReplica } from '../replica';
import { wholeDice } from '../../__tests__/dice';

/** Somebody at a page, and two who hear of each of the edits, and of all of them at once. */
function open(perCell: boolean) {
  const notebook = new YNotebook({ disableDocumentWideUndoRedo: perCell });
  const { ydoc } = notebook;
  const heard = new Y.Doc();
  const replica = new YReplica(ydoc, update => Y.applyUpdate(heard, update));
  notebook.insertCells(0, [
    { cell_type: 'code', source: '' },
    { cell_type: 'code', source: 'other' }
  ]);
  return {
    notebook,
    endTyping: () => {
      notebook.undoManager.stopCapturing();
      notebook.cells.forEach(cell => cell.undoManager?.stopCapturing());
    },
    read: () => {
      const late = new Y.Doc();
      Y.applyUpdate(late, Y.encodeStateAsUpdate(ydoc));
      return [ydoc, heard, late].map(doc =>
        (doc.getArray('cells').toArray() as Y.Map<Y.Text>[]).map(cell =>
          cell.get('source')?.toJSON()
        )
      );
    },
    dispose: () => {
      replica.dispose();
      notebook.dispose();
    }
  };
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

const DEEDS = {
  deleted: (notebook: YNotebook) => notebook.transact(() => notebook.deleteCell(0)),
  moved: (notebook: YNotebook) => notebook.moveCell(0, 1)
};

describe.each([true, false])('what comes back, where undo is by cell: %s', perCell => {
  it.each(['deleted', 'moved'] as const)(
    'with a cell that was %s lies for others where it lies here',
    deed => {
      const { notebook, endTyping, read, dispose } = open(perCell);
      const cell = notebook.getCell(0);
      [...'hello world'].forEach((key, at) => cell.updateSource(at, at, key));
      endTyping();
      cell.updateSource(6, 11, '');
      endTyping();
      cell.undo();
      endTyping();
      cell.updateSource(8, 8, '-');
      endTyping();
      DEEDS[deed](notebook);
      endTyping();
      notebook.undo();
      expect(read()).toEqual(Array(3).fill(['hello wo-rld', 'other']));
      dispose();
    }
  );

  it('lies for others where it lies here, whatever was done before (O16)', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = wholeDice(seed);
      const { notebook, endTyping, read, dispose } = open(perCell);
      for (let turn = 0; turn < 40; turn++) {
        const at = random(notebook.cells.length);
        const cell = notebook.getCell(at);
        const from = random(cell.getSource().length + 1);
        const deeds = [
          () => cell.updateSource(from, from, 'abcdefgh'.slice(random(8))),
          () => cell.updateSource(from, from, String(turn % 10)),
          () => cell.updateSource(from, Math.min(from + 4, cell.getSource().length), ''),
          () => cell.undo(),
          () => cell.redo(),
          () => notebook.undo(),
          () => notebook.redo(),
          () => notebook.moveCell(at, random(notebook.cells.length)),
          () => notebook.transact(() => notebook.deleteCell(at))
        ];
        deeds[random(deeds.length)]?.();
        if (notebook.cells.length === 0) {
          notebook.addCell({ cell_type: 'code', source: 'new' });
        }
        if (random(2) === 0) {
          endTyping();
        }
      }
      const [here, ...there] = read();
      expect([seed, ...there]).toEqual([seed, here, here]);
      dispose();
    }
  });
});
