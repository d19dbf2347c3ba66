import { YNotebook } from '@jupyter/ydoc';
import { CodeCell } from '@jupyterlab/cells';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { OutputArea } from '@jupyterlab/outputarea';
import type { Kernel } from '@jupyterlab/services';

import { OutputFeed } from './feed';
import { GivenUpRuns } from './givenup';
import type { OutputLimits, OutputWords } from './limits';
import { Questions } from './questions';
import { Runs } from './runs';
import { Turns } from './turns';
import { UnendedRuns } from './unended';
import type { Outputs } from './view';

type Context = NotebookPanel['context'];
type Future = OutputArea['future'];

/** How much cells may put out, what people are told of the rest, and whether this page may write. */
interface Terms {
  readonly limits: () => OutputLimits;
  readonly words: OutputWords;
  readonly mayWrite: () => boolean;
}

/** Of the notebooks that are open: all that show one have one connection to the kernel. */
const known = new WeakMap<Context, Executions>();

/** Stands between the kernel and the cells of a notebook for as long as the notebook is open. */
export function feedOutputs({ context, content }: NotebookPanel, terms: Terms): void {
  const { sharedModel } = context.model;
  const executions = known.get(context);
  if (executions !== undefined) {
    executions.addView(content);
  } else if (sharedModel instanceof YNotebook) {
    known.set(context, new Executions(context, sharedModel, content, terms));
  }
}

/** What is run in one notebook, and what comes of it. */
class Executions {
  constructor(
    private readonly _context: Context,
    private readonly _notebook: YNotebook,
    view: Notebook,
    private readonly _terms: Terms
  ) {
    this._turns = new Turns(_notebook);
    this._givenUp = new GivenUpRuns(
      _notebook,
      cell => this._outputsOf(cell),
      (cell, count) => {
        const end = Promise.resolve({ content: { execution_count: count } });
        this._turns.begin(cell, end, () => undefined);
      }
    );
    this._unended = new UnendedRuns(
      _notebook,
      () => this._kernelToAsk,
      cell => this._futureOf(cell)
    );
    this.addView(view);
    const { sessionContext } = _context;
    sessionContext.kernelChanged.connect((_, { newValue }) => this._follow(newValue));
    this._follow(sessionContext.session?.kernel);
  }

  addView(content: Notebook): void {
    this._views.set(content, new Runs(this._notebook.ydoc, () => codeCellsOf(content)));
    content.disposed.connect(() => this._views.delete(content));
  }

  private _follow(kernel: Kernel.IKernelConnection | null | undefined): void {
    kernel?.anyMessage.connect(this._onMessage);
    kernel?.connectionStatusChanged.connect(this._onConnection);
    this._unended.look();
  }

  private readonly _onConnection = (_: unknown, status: Kernel.ConnectionStatus): void => {
    if (status === 'connected') {
      this._unended.look(true);
    }
  };

  private readonly _onMessage = (
    kernel: Kernel.IKernelConnection,
    { direction, msg }: Kernel.IAnyMessageArgs
  ): void => {
    this._questions.hear(msg);
    this._givenUp.hear(msg);
    this._unended.hear(msg);
    const cell = msg.metadata['cellId'];
    const isRun = direction === 'send' && msg.header.msg_type === 'execute_request';
    if (isRun && typeof cell === 'string') {
      this._begin(cell, msg.header.msg_id, kernel);
    }
  };

  private _begin(cell: string, run: string, kernel: Kernel.IKernelConnection): void {
    const outputs = () => this._givenUp.outputsOf(cell, run) ?? this._outputsOf(cell);
    const feed = new OutputFeed(outputs, this._terms.limits, this._terms.words);
    // The kernel knows what is to come of this message as soon as the message has gone.
    queueMicrotask(() => {
      kernel.registerMessageHook(run, feed.hear);
      this._questions.watch(cell);
      this._views.forEach(runs => runs.start(cell));
      const future = this._areaOf(run)?.future;
      if (future !== undefined) {
        this._givenUp.begin(cell, run, future.done);
        this._turns.begin(cell, future.done, () => {
          this._givenUp.keep(cell, run, feed);
          this._drop(run, future);
        });
      }
    });
  }

  private _drop(run: string, future: Future): void {
    const area = this._areaOf(run);
    if (area !== undefined) {
      this._questions.keep(area);
      // Where it is still there, JupyterLab says that the cell does not run any more.
      area.detachFuture();
    }
    future.dispose();
  }

  private get _cells(): CodeCell[] {
    return [...this._views.keys()].flatMap(codeCellsOf);
  }

  private _areasOf(id: string): OutputArea[] {
    return this._cells.filter(({ model }) => model.id === id).map(({ outputArea }) => outputArea);
  }

  private _areaOf(run: string): OutputArea | undefined {
    return this._cells
      .map(({ outputArea }) => outputArea)
      .find(({ future }: Partial<OutputArea>) => future?.msg.header.msg_id === run);
  }

  private _futureOf(cell: string): Future | null {
    const futures = this._areasOf(cell).map(({ future }: Partial<OutputArea>) => future);
    return futures.find(future => future?.isDisposed === false) ?? null;
  }

  private _outputsOf(id: string): Outputs | null {
    for (const cell of this._context.isDisposed ? [] : this._context.model.cells) {
      if (cell.id === id && cell.type === 'code') {
        return (cell as ICodeCellModel).outputs;
      }
    }
    return null;
  }

  private get _kernelToAsk(): Kernel.IKernelConnection | null {
    const { isDisposed, sessionContext } = this._context;
    return isDisposed || !this._terms.mayWrite() ? null : (sessionContext.session?.kernel ?? null);
  }

  /** What shows the notebook, each with what keeps the runs of its cells. */
  private readonly _views = new Map<Notebook, Runs>();
  private readonly _questions = new Questions(cell => this._areasOf(cell));
  private readonly _turns: Turns;
  private readonly _givenUp: GivenUpRuns;
  private readonly _unended: UnendedRuns;
}

function codeCellsOf({ isDisposed, widgets }: Notebook): CodeCell[] {
  return isDisposed ? [] : widgets.filter(cell => cell instanceof CodeCell);
}
