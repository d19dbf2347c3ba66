import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import { OutputArea } from '@jupyterlab/outputarea';
import { defaultRenderMime } from '@jupyterlab/rendermime/lib/testutils';
import type { KernelMessage } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import type { YCodeCell } from '@jupyter/ydoc';

import { OutputFeed } from '../feed';
import { OutputWords, readLimits } from '../limits';
import { Pages, plot, stream } from './pages';
import type { Page } from './pages';

const words = new OutputWords(nullTranslator.load('jupyter_collab'));

/** Ada runs a cell that shows things which it changes later on, and Bob has the notebook open. */
function displaying(outputs: readonly IOutput[] = []) {
  const pages = new Pages(2, outputs);
  const [ada, bob] = pages.all as [Page, Page];
  const { id } = ada.cell;
  const outputsOfCell = () =>
    ([...ada.model.cells].find(cell => cell.id === id) as ICodeCellModel).outputs;
  const feed = new OutputFeed(outputsOfCell, () => readLimits({}), words);
  const future = { onIOPub: (_: object): void => undefined, done: new Promise(() => undefined) };
  const show = () => {
    const area = new OutputArea({ model: outputsOfCell(), rendermime: defaultRenderMime() });
    area.reattachFuture(future as unknown as OutputArea['future']);
  };
  show();
  const tell = (type: string, name: string, display: string) => {
    const content = { ...plot(name), transient: { display_id: display } };
    const message = {
      header: { msg_type: type },
      content
    } as unknown as KernelMessage.IIOPubMessage;
    if (feed.hear(message)) {
      future.onIOPub(message);
    }
    pages.sync();
  };
  return {
    pages,
    bob,
    showAnew: show,
    display: (name: string, display: string) => tell('display_data', name, display),
    clear: () => {
      const content = { wait: true };
      const message = { header: { msg_type: 'clear_output' }, content };
      if (feed.hear(message as unknown as KernelMessage.IIOPubMessage)) {
        future.onIOPub(message);
      }
    },
    update: (name: string, display: string) => tell('update_display_data', name, display)
  };
}

describe('an output that is changed later on', () => {
  it('is changed where another output comes before it', () => {
    const { pages, bob, display, update } = displaying();
    display('bar 0', 'bar');
    (bob.notebook.cells[0] as YCodeCell).updateOutputs(0, 0, [plot('new')]);
    pages.sync();
    update('bar 1', 'bar');
    expect(pages.agree()).toEqual([plot('new'), plot('bar 1')]);
  });

  it('is changed where an output before it changes or is gone', () => {
    const { pages, display, update } = displaying([stream('a\n'), plot('b')]);
    display('bar 0', 'bar');
    display('other', 'other');
    pages.replace(0, [stream('A\n', 'stderr'), plot('b'), plot('bar 0'), plot('other')]);
    pages.sync();
    update('bar 1', 'bar');
    expect(pages.agree()).toEqual([
      stream('A\n', 'stderr'),
      plot('b'),
      plot('bar 1'),
      plot('other')
    ]);
    pages.replace(0, [plot('bar 1'), plot('other')]);
    pages.sync();
    update('bar 2', 'bar');
    expect(pages.agree()).toEqual([plot('bar 2'), plot('other')]);
  });

  it('is not taken for another one that shows the same', () => {
    const { pages, bob, display, update } = displaying();
    display('0%', 'one');
    display('0%', 'two');
    (bob.notebook.cells[0] as YCodeCell).updateOutputs(0, 0, [plot('new')]);
    pages.sync();
    update('2%', 'two');
    update('1%', 'one');
    expect(pages.agree()).toEqual([plot('new'), plot('1%'), plot('2%')]);
  });

  it('is changed until the next one comes, where that clears them, and not from then on', () => {
    const { pages, display, update, clear } = displaying();
    display('0%', 'one');
    clear();
    update('1%', 'one');
    expect(pages.agree()).toEqual([plot('1%')]);
    display('1%', 'two');
    update('2%', 'one');
    expect(pages.agree()).toEqual([plot('1%')]);
  });

  it('is changed where somebody else has moved the cell', () => {
    const { pages, bob, showAnew, display, update } = displaying();
    display('bar 0', 'bar');
    bob.notebook.addCell({ cell_type: 'code' });
    bob.notebook.moveCell(0, 1);
    pages.sync();
    showAnew();
    update('bar 1', 'bar');
    const moved = bob.model.cells.get(1) as ICodeCellModel;
    expect(moved.outputs.toJSON()).toEqual([plot('bar 1')]);
  });
});
