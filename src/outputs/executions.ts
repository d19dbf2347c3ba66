import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';

import { OutputFeed } from './feed';
import type { OutputLimits, OutputWords } from './limits';
import type { Outputs } from './view';

/** Stands between the kernel and the cells of a notebook for as long as the notebook is open. */
export function feedOutputs(
  { context }: NotebookPanel,
  limits: () => OutputLimits,
  words: OutputWords
): void {
  const { sessionContext } = context;
  const follow = (kernel: Kernel.IKernelConnection | null | undefined) => {
    kernel?.anyMessage.connect(onMessage);
  };
  const onMessage = (kernel: Kernel.IKernelConnection, args: Kernel.IAnyMessageArgs) => {
    const { direction, msg } = args;
    const cell = msg.metadata['cellId'];
    if (direction !== 'send' || msg.header.msg_type !== 'execute_request') {
      return;
    }
    if (typeof cell === 'string') {
      const feed = new OutputFeed(() => outputsOf(context, cell), limits, words);
      // The kernel knows what is to come of this message as soon as the message has gone.
      queueMicrotask(() => kernel.registerMessageHook(msg.header.msg_id, feed.hear));
    }
  };
  sessionContext.kernelChanged.connect((_, { newValue }) => follow(newValue));
  follow(sessionContext.session?.kernel);
}

function outputsOf(context: NotebookPanel['context'], id: string): Outputs | null {
  for (const cell of context.isDisposed ? [] : context.model.cells) {
    if (cell.id === id && cell.type === 'code') {
      return (cell as ICodeCellModel).outputs;
    }
  }
  return null;
}
