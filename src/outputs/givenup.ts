import { YCodeCell } from '@jupyter/ydoc';
import type { YNotebook } from '@jupyter/ydoc';
import type { IOutput } from '@jupyterlab/nbformat';
import { OutputAreaModel } from '@jupyterlab/outputarea';
import { KernelMessage } from '@jupyterlab/services';
import type { Transaction } from 'yjs';

import type { OutputFeed } from './feed';
import type { Outputs } from './view';

/** A run that this page has begun. */
interface Run {
  readonly id: string;
  readonly cell: string;
  /** What the cell showed of it before somebody else said something of the cell. */
  before: readonly IOutput[];
  count: number | null;
  isOver: boolean;
  /** Whether the kernel has refused to run something of somebody else since. */
  isOtherAborted: boolean;
  /** What it has brought, once it was given up. */
  kept: { readonly outputs: Outputs; readonly feed: OutputFeed } | null;
}

/**
 * Keeps what a run brings that was given up here, as somebody else has run the cell.
 *
 * A kernel in which a cell raises an error aborts what waits behind it. Where the other run was
 * aborted so, the cell would have nothing, not even the error: then it gets what this run has brought.
 */
export class GivenUpRuns {
  /** `outputsOf` gives what a cell shows, and `begin` says that a run counts that has ended. */
  constructor(
    private readonly _notebook: YNotebook,
    private readonly _outputsOf: (cell: string) => Outputs | null,
    private readonly _begin: (cell: string, count: number) => void
  ) {
    const { ydoc } = _notebook;
    ydoc.on('beforeObserverCalls', this._note);
    ydoc.on('afterAllTransactions', this._giveBack);
  }

  /** A cell has just been run here. */
  begin(cell: string, id: string, done: Promise<unknown>): void {
    this._forget(this._runs.get(cell));
    const run: Run = {
      id,
      cell,
      before: [],
      count: null,
      isOver: false,
      isOtherAborted: false,
      kept: null
    };
    this._runs.set(cell, run);
    const end = () => run.kept === null && this._end(run);
    done.then(end, end);
  }

  /** That run was given up; what was printed last may still be in its feed. */
  keep(cell: string, id: string, feed: OutputFeed): void {
    const run = this._runs.get(cell);
    if (run?.id === id) {
      const outputs = new OutputAreaModel({ values: [...run.before], trusted: true });
      run.kept = { outputs, feed };
    } else {
      feed.stop();
    }
  }

  /** Where the outputs of a run go that was given up; `null` where it was not. */
  outputsOf(cell: string, id: string): Outputs | null {
    const run = this._runs.get(cell);
    return run?.id === id ? (run.kept?.outputs ?? null) : null;
  }

  /** Take a message from the kernel. */
  hear(message: KernelMessage.IMessage): void {
    const { parent_header: parent } = message;
    if (this._runs.size === 0 || message.channel !== 'iopub' || !('msg_id' in parent)) {
      return;
    }
    const run = [...this._runs.values()].find(({ id }) => id === parent.msg_id);
    const isEnd = KernelMessage.isStatusMsg(message) && message.content.execution_state === 'idle';
    if (KernelMessage.isExecuteInputMsg(message)) {
      this._last = parent.msg_id;
      if (run !== undefined) {
        run.count = message.content.execution_count;
      }
    } else if (run !== undefined) {
      if (run.kept !== null) {
        take(message as KernelMessage.IIOPubMessage, run.kept);
      }
      if (isEnd) {
        // The reply to it may be on its way, and is not heard here if the run is given up before.
        run.kept?.feed.flush();
        this._end(run);
      }
    } else if (isEnd && parent.msg_type === 'execute_request') {
      // Whatever the kernel does run, it tells everybody as it begins.
      if (parent.msg_id !== this._last) {
        this._runs.forEach(it => (it.isOtherAborted = true));
      }
    }
    this._giveBack();
  }

  /** The document has changed, and JupyterLab still shows what there was before. */
  private readonly _note = ({ local, changed }: Transaction): void => {
    if (local || this._runs.size === 0) {
      return;
    }
    const keys: ReadonlyMap<unknown, ReadonlySet<string | null>> = changed;
    for (const cell of this._cells()) {
      const run = this._runs.get(cell.id);
      if (run?.kept === null && keys.get(cell.ymodel)?.has('execution_state') === true) {
        const shown = this._outputsOf(cell.id)?.toJSON() ?? [];
        run.before = shown.length > 0 ? shown : run.before;
      }
    }
  };

  private readonly _giveBack = (): void => {
    if (![...this._runs.values()].some(({ kept }) => kept !== null)) {
      return;
    }
    for (const cell of this._cells()) {
      const run = this._runs.get(cell.id);
      if (run !== undefined && run.kept !== null) {
        this._decide(cell, run, run.kept.outputs);
      }
    }
  };

  private _decide(cell: YCodeCell, run: Run, kept: Outputs): void {
    const { execution_count: number, executionState: state, youtputs } = cell;
    const { count, isOver, isOtherAborted } = run;
    const { clientID } = this._notebook.ydoc;
    const isTaken = isOfOthers(youtputs, clientID) || (number !== null && number !== count);
    if (isTaken || (isOver && count === null)) {
      this._forget(run);
    } else if (isOver && count !== null && isOtherAborted && state === 'idle') {
      this._forget(run);
      const outputs = this._outputsOf(run.cell);
      this._notebook.transact(() => {
        cell.executionState = 'running';
        this._begin(run.cell, count);
        outputs?.clear();
        kept.toJSON().forEach(output => outputs?.add(output));
        cell.execution_count = count;
        cell.executionState = 'idle';
      }, false);
    }
  }

  /** What has ended is kept only as long as something of this page still runs. */
  private _end(run: Run): void {
    run.isOver = true;
    const all = [...this._runs.values()];
    if (all.every(({ isOver }) => isOver)) {
      all.filter(({ kept }) => kept === null).forEach(it => this._forget(it));
    }
  }

  private _forget(run: Run | undefined): void {
    if (run !== undefined && this._runs.get(run.cell) === run) {
      this._runs.delete(run.cell);
      run.kept?.feed.stop();
    }
  }

  private _cells(): YCodeCell[] {
    return this._notebook.cells.filter(cell => cell instanceof YCodeCell);
  }

  /** By their cells. */
  private readonly _runs = new Map<string, Run>();
  /** What the kernel has begun to run last. */
  private _last: string | null = null;
}

/** Whether others have put any output there: of ours there is what was answered where a run asks. */
function isOfOthers({ _start: first }: YCodeCell['youtputs'], client: number): boolean {
  let item = first;
  while (item !== null && (item.deleted || item.id.client === client)) {
    item = item.right;
  }
  return item !== null;
}

/** Put what a message brings there, as JupyterLab does. */
function take(message: KernelMessage.IIOPubMessage, { outputs, feed }: NonNullable<Run['kept']>) {
  if (!feed.hear(message)) {
    return;
  }
  if (KernelMessage.isClearOutputMsg(message)) {
    outputs.clear(message.content.wait);
  } else if (
    KernelMessage.isDisplayDataMsg(message) ||
    KernelMessage.isExecuteResultMsg(message) ||
    KernelMessage.isErrorMsg(message)
  ) {
    outputs.add({ ...message.content, output_type: message.header.msg_type });
  }
}
