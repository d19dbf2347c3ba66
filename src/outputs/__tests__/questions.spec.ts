import { OutputArea } from '@jupyterlab/outputarea';
import { defaultRenderMime } from '@jupyterlab/rendermime/lib/testutils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

import { Questions } from '../questions';
import { Pages, stream } from './pages';
import type { Page } from './pages';

type Future = Kernel.IShellFuture<KernelMessage.IExecuteRequestMsg, KernelMessage.IExecuteReplyMsg>;

/** Ada runs a cell that asks something, and Bob has the same notebook open. */
function asked() {
  const pages = new Pages(2);
  const [ada, bob] = pages.all as [Page, Page];
  const area = new OutputArea({ model: ada.outputs, rendermime: defaultRenderMime() });
  const otherView = new OutputArea({ model: ada.outputs, rendermime: defaultRenderMime() });
  const questions = new Questions(() => [otherView, area]);
  const run = (id: string) => {
    const future = {
      msg: { header: { msg_id: id } },
      done: new Promise(() => undefined),
      isDisposed: false,
      onStdin: (_: unknown): void => undefined,
      dispose: () => void (future.isDisposed = true)
    };
    area.future = future as unknown as Future;
    questions.watch('a');
    return future;
  };
  const future = run('1');
  const question = message('input_request', 'stdin', '1', { prompt: 'Name?', password: false });
  questions.hear(question);
  future.onStdin(question);
  return { pages, ada, bob, area, questions, run };
}

function message(
  type: KernelMessage.MessageType,
  channel: KernelMessage.Channel,
  run: string,
  content: object = {}
): KernelMessage.IMessage {
  const header = { msg_type: type, msg_id: type };
  return { header, channel, parent_header: { msg_id: run }, content } as KernelMessage.IMessage;
}

function fieldsOf({ node }: OutputArea): HTMLInputElement[] {
  return [...node.querySelectorAll('input')];
}

describe('a question of the kernel', () => {
  it('stays until it is answered, whoever clears the outputs that it is among', async () => {
    const { pages, bob, area } = asked();
    bob.outputs.add(stream('x'));
    pages.sync();
    const [before] = fieldsOf(area);
    Object.assign(before ?? {}, { value: 'Ad' });
    bob.outputs.clear();
    pages.sync();
    await Promise.resolve();
    const [field, ...others] = fieldsOf(area);
    expect(others).toEqual([]);
    expect(field).not.toBe(before);
    expect(field?.value).toBe('Ad');
    expect(area.node.textContent).toContain('Name?');
  });

  it('is gone once it is answered, or the run has ended', async () => {
    for (const end of [
      message('input_reply', 'stdin', 'any'),
      message('status', 'iopub', '1', { execution_state: 'idle' })
    ]) {
      const { area, ada, questions } = asked();
      questions.hear(message('status', 'iopub', 'other', { execution_state: 'idle' }));
      questions.hear(end);
      ada.outputs.add(stream('x'));
      ada.outputs.clear();
      await Promise.resolve();
      expect(fieldsOf(area)).toEqual([]);
    }
  });

  it('is not asked again by a cell that was run once more', async () => {
    const { area, run } = asked();
    run('2');
    await Promise.resolve();
    expect(fieldsOf(area)).toEqual([]);
  });
});
