import { DocumentRegistry } from '@jupyterlab/docregistry';
import type { ICodeCellModel } from '@jupyterlab/cells';
import { NotebookModelFactory } from '@jupyterlab/notebook';
import type { INotebookModel } from '@jupyterlab/notebook';
import { YNotebook } from '@jupyter/ydoc';
import type { YCodeCell } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { showTogether } from '../factories';

const OUTPUT = { output_type: 'stream', name: 'stdout' };

/** What a notebook shows after its text was replaced by somebody else. */
function replaced(factory: DocumentRegistry.ModelFactory): unknown {
  const theirs = new YNotebook();
  theirs.addCell({ cell_type: 'code', outputs: [{ ...OUTPUT, text: 'one' }] } as object as {
    cell_type: 'code';
  });
  const sharedModel = new YNotebook();
  const model = factory.createNew({ sharedModel }) as INotebookModel;
  Y.applyUpdate(sharedModel.ydoc, Y.encodeStateAsUpdate(theirs.ydoc));
  (theirs.cells[0] as YCodeCell).setOutputs([{ ...OUTPUT, text: 'two' }]);
  Y.applyUpdate(sharedModel.ydoc, Y.encodeStateAsUpdate(theirs.ydoc));
  return (model.cells.get(0) as ICodeCellModel).outputs.toJSON();
}

describe('showTogether', () => {
  it('has notebooks show what others put out, also those of a factory that comes later', () => {
    for (const isEarly of [true, false]) {
      const registry = new DocumentRegistry();
      const factory = new NotebookModelFactory();
      const add = () => registry.addModelFactory(factory);
      if (isEarly) {
        add();
      }
      showTogether(registry, 'notebook');
      if (!isEarly) {
        add();
      }
      expect(replaced(factory)).toEqual([{ ...OUTPUT, text: 'two' }]);
    }
  });

  it('leaves notebooks alone that are for one person only', () => {
    const registry = new DocumentRegistry();
    const factory = new NotebookModelFactory();
    registry.addModelFactory(factory);
    showTogether(registry, 'notebook');
    const model = factory.createNew();
    model.fromJSON({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
    model.sharedModel.addCell({ cell_type: 'code' });
    const cell = model.sharedModel.cells.at(-1) as YCodeCell;
    expect(Object.keys(cell)).not.toContain('getChanges');
  });
});
