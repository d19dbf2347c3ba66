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

  /**
   * A run was given up here, as somebody else has run the cell. The kernel has not given it up: what
   * it asks is asked here still, as it would never come to the run of that somebody.
   */
  keep(area: OutputArea): void {
    const { msg, onStdin: ask } = area.future;
    this._kept.set(msg.header.msg_id, { area, ask });
  }

  /** Take a message to or from the kernel. */
  hear(message: KernelMessage.IMessage): void {
    if (KernelMessage.isInputRequestMsg(message)) {
      this._question = message;
      this._typed = '';
      const kept = this._kept.get(runOf(message) ?? '');
      if (kept !== undefined) {
        this._askHere(kept);
      }
    } else if (KernelMessage.isInputReplyMsg(message)) {
      this._question = null;
    } else if (isEnd(message)) {
      const run = runOf(message);
      this._kept.delete(run ?? '');
      if (run === runOf(this._question)) {
        this._question = null;
      }
    }
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
    const kept = this._kept.get(runOf(question) ?? '');
    if (kept !== undefined) {
      this._askHere(kept);
      return;
    }
    const isAsked = (area: OutputArea) =>
      question !== null && !area.isDisposed && isRunIn(area, question);
    const area = this._areasOf(cell).find(isAsked);
    if (question !== null && area !== undefined) {
      this.watch(cell);
      void area.future.onStdin(question);
    }
  }

  private _askHere({ area, ask }: Kept): void {
    if (this._question !== null && !area.isDisposed) {
      void ask(this._question);
    }
  }

  /** What the kernel waits for: it asks one thing at a time. */
  private _question: KernelMessage.IInputRequestMsg | null = null;
  /** The answer, as far as it was typed. */
  private _typed = '';
  private readonly _watched = new WeakSet<OutputArea>();
  /** The runs that were given up here. */
  private readonly _kept = new Map<string, Kept>();
}

/** Where a run was, and what asks its questions there. */
interface Kept {
  readonly area: OutputArea;
  readonly ask: OutputArea['future']['onStdin'];
}

function isEnd(message: KernelMessage.IMessage): boolean {
  return KernelMessage.isStatusMsg(message) && message.content.execution_state === 'idle';
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
