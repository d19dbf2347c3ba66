import type { CodeCell, ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import { OutputArea } from '@jupyterlab/outputarea';
import { defaultRenderMime } from '@jupyterlab/rendermime/lib/testutils';
import type { KernelMessage } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { Text } from 'yjs';

import { followReplaced } from '../../documents/replaced';
import { Runs } from '../runs';
import { Pages, plot, stream } from './pages';
import type { Page } from './pages';

/** The cells of a page as a notebook shows them: their outputs go with them. */
function showCells({ model }: Page): () => readonly CodeCell[] {
  const shown = new Map<ICellModel, CodeCell>();
  const update = () => {
    for (const [cell, { outputArea }] of shown) {
      if (cell.isDisposed) {
        outputArea.dispose();
        shown.delete(cell);
      }
    }
    for (const cell of model.cells) {
      if (!shown.has(cell)) {
        const { outputs } = cell as ICodeCellModel;
        const outputArea = new OutputArea({ model: outputs, rendermime: defaultRenderMime() });
        const widget: unknown = { model: cell, outputArea };
        shown.set(cell, widget as CodeCell);
      }
    }
  };
  model.cells.changed.connect(update);
  update();
  return () => [...shown.values()];
}

/** Ada runs the first of two cells, and Bob has the same notebook open. */
function running() {
  const pages = new Pages(2);
  const [ada, bob] = pages.all as [Page, Page];
  bob.notebook.addCell({ cell_type: 'code' });
  pages.sync();
  const shown = showCells(ada);
  const runs = new Runs(ada.notebook.ydoc, shown);
  const { id } = ada.cell;
  const done = new PromiseDelegate<object>();
  const future = {
    done: done.promise,
    isDisposed: false,
    dispose: () => void (future.isDisposed = true),
    onIOPub: (_: object): void => undefined
  };
  const area = shown()[0]?.outputArea as OutputArea;
  area.future = future as unknown as OutputArea['future'];
  runs.start(id);
  const show = (name: string) => {
    const content = plot(name) as unknown as KernelMessage.IDisplayDataMsg['content'];
    future.onIOPub({ header: { msg_type: 'display_data' }, content });
  };
  return { pages, ada, bob, id, area, done, future, show };
}

describe('a cell that runs', () => {
  it('goes on where somebody else moves it', async () => {
    const { pages, ada, bob, id, done, future, show } = running();
    ada.outputs.add(stream('before\n'));
    show('one');
    pages.sync();
    bob.notebook.moveCell(0, 1);
    pages.sync();
    expect(future.isDisposed).toBe(false);
    await Promise.resolve();
    show('two');
    pages.sync();
    const moved = bob.model.cells.get(1) as ICodeCellModel;
    expect(moved.id).toBe(id);
    expect(moved.outputs.toJSON()).toEqual([stream('before\n'), plot('one'), plot('two')]);
    expect(ada.outputsOf(1).toJSON()).toEqual(moved.outputs.toJSON());
    expect(moved.executionState).toBe('running');
    done.resolve({ content: { execution_count: 7 } });
    await done.promise;
    await Promise.resolve();
    pages.sync();
    expect([moved.executionState, moved.executionCount]).toEqual(['idle', 7]);
  });

  it('goes on where an agent gives it another source', async () => {
    const { pages, ada, bob, done, future, show } = running();
    [ada, bob].forEach(({ notebook }) => followReplaced(notebook));
    show('one');
    pages.sync();
    bob.notebook.cells[0]?.ymodel.set('source', new Text('new code'));
    pages.sync();
    expect(future.isDisposed).toBe(false);
    await Promise.resolve();
    show('two');
    done.resolve({ content: { execution_count: 7 } });
    await done.promise;
    await Promise.resolve();
    pages.sync();
    for (const { cell, outputs } of [ada, bob]) {
      expect(cell.sharedModel.getSource()).toBe('new code');
      expect(outputs.toJSON()).toEqual([plot('one'), plot('two')]);
      expect([cell.executionState, cell.executionCount]).toEqual(['idle', 7]);
    }
  });

  it('goes on where somebody else moves another one', () => {
    const { pages, bob, area, future, show } = running();
    bob.notebook.addCell({ cell_type: 'code' });
    bob.notebook.moveCell(1, 2);
    pages.sync();
    expect([area.isDisposed, area.future, future.isDisposed]).toEqual([false, future, false]);
    show('one');
    pages.sync();
    expect(bob.outputs.toJSON()).toEqual([plot('one')]);
  });

  it('ends where somebody else deletes it', () => {
    const { pages, bob, future } = running();
    bob.notebook.deleteCell(0);
    pages.sync();
    expect(future.isDisposed).toBe(true);
  });
});
