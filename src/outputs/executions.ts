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

/** What shows a notebook, and keeps what runs in it. */
interface View {
  readonly content: Notebook;
  readonly runs: Runs | null;
}

/** All that show a notebook, of those that are open: they have one connection to the kernel. */
const known = new WeakMap<Context, Set<View>>();

/** Stands between the kernel and the cells of a notebook for as long as the notebook is open. */
export function feedOutputs(
  { context, content }: NotebookPanel,
  limits: () => OutputLimits,
  words: OutputWords,
  mayWrite: () => boolean
): void {
  const view = { content, runs: runsOf(context, content) };
  const before = known.get(context);
  const views = before ?? new Set<View>();
  views.add(view);
  content.disposed.connect(() => views.delete(view));
  if (before === undefined) {
    known.set(context, views);
    feedViews(context, views, limits, words, mayWrite);
  }
}

function feedViews(
  context: Context,
  views: ReadonlySet<View>,
  limits: () => OutputLimits,
  words: OutputWords,
  mayWrite: () => boolean
): void {
  const { sessionContext } = context;
  const { sharedModel } = context.model;
  const notebook = sharedModel instanceof YNotebook ? sharedModel : null;
  const turns = notebook && new Turns(notebook);
  const givenUp =
    notebook &&
    new GivenUpRuns(
      notebook,
      cell => outputsOf(context, cell),
      (cell, count) => {
        const end = Promise.resolve({ content: { execution_count: count } });
        turns?.begin(cell, end, () => undefined);
      }
    );
  const cells = () => [...views].flatMap(({ content }) => codeCellsOf(content));
  const areaOf = (run: string) =>
    cells()
      .map(({ outputArea }) => outputArea)
      .find(({ future }: Partial<OutputArea>) => future?.msg.header.msg_id === run);
  const areasOf = (id: string) =>
    cells()
      .filter(({ model }) => model.id === id)
      .map(({ outputArea }) => outputArea);
  const questions = new Questions(areasOf);
  const kernelToAsk = () =>
    context.isDisposed || !mayWrite() ? null : (sessionContext.session?.kernel ?? null);
  const futureOf = (cell: string) =>
    areasOf(cell)
      .map(({ future }: Partial<OutputArea>) => future)
      .find(future => future?.isDisposed === false) ?? null;
  const unended = notebook && new UnendedRuns(notebook, kernelToAsk, futureOf);
  const follow = (kernel: Kernel.IKernelConnection | null | undefined) => {
    kernel?.anyMessage.connect(onMessage);
    kernel?.connectionStatusChanged.connect(onConnection);
    unended?.look();
  };
  const onConnection = (_: unknown, status: Kernel.ConnectionStatus) => {
    if (status === 'connected') {
      unended?.look(true);
    }
  };
  const onMessage = (kernel: Kernel.IKernelConnection, args: Kernel.IAnyMessageArgs) => {
    const { direction, msg } = args;
    questions.hear(msg);
    givenUp?.hear(msg);
    unended?.hear(msg);
    const cell = msg.metadata['cellId'];
    if (direction !== 'send' || msg.header.msg_type !== 'execute_request') {
      return;
    }
    if (typeof cell === 'string') {
      const run = msg.header.msg_id;
      const outputs = () => givenUp?.outputsOf(cell, run) ?? outputsOf(context, cell);
      const feed = new OutputFeed(outputs, limits, words);
      // The kernel knows what is to come of this message as soon as the message has gone.
      queueMicrotask(() => {
        kernel.registerMessageHook(run, feed.hear);
        questions.watch(cell);
        views.forEach(({ runs }) => runs?.start(cell));
        const future = areaOf(run)?.future;
        if (future !== undefined) {
          givenUp?.begin(cell, run, future.done);
          turns?.begin(cell, future.done, () => {
            givenUp?.keep(cell, run, feed);
            const area = areaOf(run);
            if (area !== undefined) {
              questions.keep(area);
              // Where it is still there, JupyterLab says that the cell does not run any more.
              area.detachFuture();
            }
            future.dispose();
          });
        }
      });
    }
  };
  sessionContext.kernelChanged.connect((_, { newValue }) => follow(newValue));
  follow(sessionContext.session?.kernel);
}

function outputsOf(context: Context, id: string): Outputs | null {
  for (const cell of context.isDisposed ? [] : context.model.cells) {
    if (cell.id === id && cell.type === 'code') {
      return (cell as ICodeCellModel).outputs;
    }
  }
  return null;
}

function runsOf({ model }: Context, content: Notebook): Runs | null {
  const { sharedModel } = model;
  return sharedModel instanceof YNotebook
    ? new Runs(sharedModel.ydoc, () => codeCellsOf(content))
    : null;
}

function codeCellsOf({ isDisposed, widgets }: Notebook): CodeCell[] {
  return isDisposed ? [] : widgets.filter(cell => cell instanceof CodeCell);
}
