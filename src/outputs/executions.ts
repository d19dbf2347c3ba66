import { CodeCell } from '@jupyterlab/cells';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { OutputArea } from '@jupyterlab/outputarea';
import type { Kernel } from '@jupyterlab/services';

import { OutputFeed } from './feed';
import type { OutputLimits, OutputWords } from './limits';
import { Questions } from './questions';
import type { Outputs } from './view';

/** Stands between the kernel and the cells of a notebook for as long as the notebook is open. */
export function feedOutputs(
  { context, content }: NotebookPanel,
  limits: () => OutputLimits,
  words: OutputWords
): void {
  const { sessionContext } = context;
  const questions = new Questions(cell => areaOf(content, cell));
  const follow = (kernel: Kernel.IKernelConnection | null | undefined) => {
    kernel?.anyMessage.connect(onMessage);
  };
  const onMessage = (kernel: Kernel.IKernelConnection, args: Kernel.IAnyMessageArgs) => {
    const { direction, msg } = args;
    questions.hear(msg);
    const cell = msg.metadata['cellId'];
    if (direction !== 'send' || msg.header.msg_type !== 'execute_request') {
      return;
    }
    if (typeof cell === 'string') {
      const feed = new OutputFeed(() => outputsOf(context, cell), limits, words);
      // The kernel knows what is to come of this message as soon as the message has gone.
      queueMicrotask(() => {
        kernel.registerMessageHook(msg.header.msg_id, feed.hear);
        questions.watch(cell);
      });
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

function areaOf({ widgets }: Notebook, id: string): OutputArea | null {
  const cell = widgets.find(({ model }) => model.id === id);
  return cell instanceof CodeCell ? cell.outputArea : null;
}
