import type { IStdin, OutputArea } from '@jupyterlab/outputarea';
import { KernelMessage } from '@jupyterlab/services';

/**
 * Keeps a question of the kernel, as of `input()`, until it is answered.
 *
 * JupyterLab asks among the outputs of the cell, and takes the question away with them. So does
 * whoever else clears them, or runs the cell: the kernel would wait for what nobody can answer.
 */
export class Questions {
  /** `areasOf` gives where a cell shows its outputs at the moment: in each view of the notebook. */
  constructor(private readonly _areasOf: (cell: string) => readonly OutputArea[]) {}

  /** A cell is run, and may ask. */
  watch(cell: string): void {
    for (const area of this._areasOf(cell)) {
      if (!this._watched.has(area)) {
        this._watched.add(area);
        area.inputRequested.connect((_, stdin) => this._onAsked(cell, stdin));
      }
    }
  }

  /** Take a message to or from the kernel. */
  hear(message: KernelMessage.IMessage): void {
    if (KernelMessage.isInputRequestMsg(message)) {
      this._question = message;
      this._typed = '';
    } else if (KernelMessage.isInputReplyMsg(message) || this._isEnd(message)) {
      this._question = null;
    }
  }

  private _isEnd(message: KernelMessage.IMessage): boolean {
    return (
      KernelMessage.isStatusMsg(message) &&
      message.content.execution_state === 'idle' &&
      runOf(message) === runOf(this._question)
    );
  }

  private _onAsked(cell: string, stdin: IStdin): void {
    const field = stdin.node.querySelector('input');
    if (field !== null) {
      field.value = this._typed;
    }
    stdin.disposed.connect(() => {
      this._typed = field?.value ?? '';
      // The outputs that it was among are being taken away.
      queueMicrotask(() => this._askAgain(cell));
    });
  }

  private _askAgain(cell: string): void {
    const question = this._question;
    const isAsked = (area: OutputArea) =>
      question !== null && !area.isDisposed && isRunIn(area, question);
    const area = this._areasOf(cell).find(isAsked);
    if (question !== null && area !== undefined) {
      this.watch(cell);
      void area.future.onStdin(question);
    }
  }

  /** What the kernel waits for: it asks one thing at a time. */
  private _question: KernelMessage.IInputRequestMsg | null = null;
  /** The answer, as far as it was typed. */
  private _typed = '';
  private readonly _watched = new WeakSet<OutputArea>();
}

/** A cell that was run again does not wait for the answer any more. */
function isRunIn(area: OutputArea, question: KernelMessage.IInputRequestMsg): boolean {
  const future = area.future as OutputArea['future'] | undefined;
  return future?.isDisposed === false && future.msg.header.msg_id === runOf(question);
}

/** The message that a message belongs to. */
function runOf(message: KernelMessage.IMessage | null): string | undefined {
  const header = message?.parent_header;
  return header !== undefined && 'msg_id' in header ? header.msg_id : undefined;
}
