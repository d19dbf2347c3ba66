import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { OutputArea } from '@jupyterlab/outputarea';
import { defaultRenderMime } from '@jupyterlab/rendermime/lib/testutils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { feedOutputs } from '../executions';
import { DEFAULTS, OutputWords } from '../limits';
import { Pages, stream } from './pages';
import type { Page } from './pages';

const words = new OutputWords(nullTranslator.load('jupyter_collab'));

/** Views of one notebook, which have its kernel in common. */
function show(page: Page, count: number) {
  const registerMessageHook = jest.fn();
  const anyMessage = new Signal<object, object>({ registerMessageHook });
  const kernel = { anyMessage, connectionStatusChanged: new Signal({}) };
  const sessionContext = { kernelChanged: new Signal({}), session: { kernel } };
  const context = { isDisposed: false, model: page.model, sessionContext };
  const areas = Array.from({ length: count }, () => {
    return new OutputArea({ model: page.outputs, rendermime: defaultRenderMime() });
  });
  const views = areas.map(outputArea => {
    const cell: unknown = Object.create(CodeCell.prototype, {
      model: { value: page.cell },
      outputArea: { value: outputArea }
    });
    return { isDisposed: false, widgets: [cell], disposed: new Signal<object, void>({}) };
  });
  for (const content of views) {
    const panel = { context, content } as unknown as NotebookPanel;
    feedOutputs(panel, { limits: () => DEFAULTS, words, mayWrite: () => true });
  }
  const say = (direction: string, msg_type: string, channel: string, more: object = {}) => {
    const metadata = { cellId: page.cell.id };
    const header = { msg_type, msg_id: msg_type };
    const parent_header = { msg_id: 'execute_request' };
    const msg = { header, channel, metadata, parent_header, content: more };
    anyMessage.emit({ direction, msg });
    return msg;
  };
  /** The cell is run in a view, and asks something. */
  const ask = async (area: OutputArea) => {
    const future = {
      msg: { header: { msg_id: 'execute_request' } },
      done: new Promise(() => undefined),
      isDisposed: false,
      onStdin: (_: unknown): void => undefined,
      dispose: () => void (future.isDisposed = true)
    };
    area.future = future as unknown as OutputArea['future'];
    say('send', 'execute_request', 'shell');
    await Promise.resolve();
    future.onStdin(say('recv', 'input_request', 'stdin', { prompt: 'Name?', password: false }));
    return future;
  };
  return { areas, views, registerMessageHook, ask };
}

describe('a notebook with two views', () => {
  it.each([false, true])('keeps the question of a cell, the first closed: %s', async isClosed => {
    const pages = new Pages(2);
    const [ada, bob] = pages.all as [Page, Page];
    const { areas, views, registerMessageHook, ask } = show(ada, 2);
    const [first, second] = areas as [OutputArea, OutputArea];
    if (isClosed) {
      Object.assign(views[0] ?? {}, { isDisposed: true });
      views[0]?.disposed.emit(undefined);
      first.dispose();
    }
    await ask(second);
    bob.outputs.add(stream('x'));
    pages.sync();
    bob.outputs.clear();
    pages.sync();
    await Promise.resolve();
    expect(second.node.querySelectorAll('input')).toHaveLength(1);
    expect(registerMessageHook).toHaveBeenCalledTimes(1);
  });
});

it('asks on for a run that was given up, as somebody else has run the cell (O18)', async () => {
  const pages = new Pages(2);
  const [ada, bob] = pages.all as [Page, Page];
  const { areas, ask } = show(ada, 1);
  const [area] = areas as [OutputArea];
  ada.outputs.add(stream('x'));
  ada.cell.executionState = 'running';
  const future = await ask(area);
  ada.outputs.add(stream('y'));
  pages.sync();
  bob.cell.sharedModel.transact(() => bob.cell.clearExecution(), false);
  bob.cell.executionState = 'running';
  pages.sync();
  await Promise.resolve();
  expect([future.isDisposed, area.future, pages.agree()]).toEqual([true, null, []]);
  expect(area.node.querySelectorAll('input')).toHaveLength(1);
});
