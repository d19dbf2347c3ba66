import { YCodeCell } from '@jupyter/ydoc';
import type { CellChange } from '@jupyter/ydoc';
import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import type { Array as YArray, YEvent } from 'yjs';

import { sayStateClearly } from './turns';
import { ALL, OutputView, read } from './view';
import type { Span } from './view';

type Events = readonly YEvent<YArray<unknown>>[];

type Changes = Partial<CellChange>;

/** Tells JupyterLab what has changed in a cell. */
interface Teller {
  getChanges(events: Events, ...rest: unknown[]): Changes;
}

/** What JupyterLab writes outputs into the document with. */
type Writers = Pick<
  YCodeCell,
  'updateOutputs' | 'clearOutputs' | 'appendStreamOutput' | 'removeStreamOutput'
>;

/**
 * Has the outputs of all cells of a notebook shown as the document has them, whatever has changed it.
 *
 * JupyterLab knows of outputs that come at the end, and of text that comes at the end of the last one.
 * Of other changes, and of several that come together, it shows something else, and writes that into
 * the document. Here it is told of none, and `OutputView` brings them into what it shows.
 */
export function mirrorOutputs({ cells }: INotebookModel): void {
  for (const cell of cells) {
    mirrorCell(cell);
  }
  cells.changed.connect((_, { type, newValues }) => {
    if (type === 'add') {
      newValues.forEach(mirrorCell);
    }
  });
}

/** A cell, all that show it, and whether what they do is kept out of the document. */
interface Shown {
  readonly cell: YCodeCell;
  readonly views: Set<OutputView>;
  isMuted: boolean;
}

const known = new WeakMap<YCodeCell, Shown>();

function mirrorCell(model: ICellModel): void {
  const cell: unknown = model.sharedModel;
  if (!isCode(model) || !(cell instanceof YCodeCell)) {
    return;
  }
  sayStateClearly(model, cell);
  const view = new OutputView(model.outputs);
  const shown = shownOf(cell);
  shown.views.add(view);
  if (!view.isAsLongAs(cell.youtputs)) {
    // JupyterLab makes one of two texts that stand beside each other, and counts one less from there on.
    muted(shown, () => view.take(cell.youtputs, ALL));
  }
}

function isCode(model: ICellModel): model is ICodeCellModel {
  return model.type === 'code';
}

/** What is known of a cell. The first time that it is asked for, its views begin to be told of it. */
function shownOf(cell: YCodeCell): Shown {
  const before = known.get(cell);
  if (before !== undefined) {
    return before;
  }
  const shown: Shown = { cell, views: new Set(), isMuted: false };
  known.set(cell, shown);
  Object.assign(cell, writersOf(shown));
  const teller = cell as unknown as Teller;
  const tell = teller.getChanges.bind(cell);
  teller.getChanges = (events, ...rest) => {
    const changes = tell(events, ...rest);
    const span = touched(events, cell);
    if (span !== null) {
      muted(shown, () => takeIn(shown, span));
    }
    return shown.views.size === 0 ? changes : withoutOutputs(changes);
  };
  return shown;
}

/** What JupyterLab writes with, where that is what the page itself has done to the outputs. */
function writersOf(shown: Shown): Writers {
  const { cell } = shown;
  const own =
    <T extends unknown[]>(write: (...args: T) => void) =>
    (...args: T) => {
      if (!shown.isMuted) {
        write.apply(cell, args);
      }
    };
  const update = own(cell.updateOutputs.bind(cell));
  return {
    updateOutputs: (start, end, outputs, origin) => {
      if (isNews(shown, start, end, outputs)) {
        update(start, end, outputs, origin);
      }
    },
    clearOutputs: own(cell.clearOutputs.bind(cell)),
    appendStreamOutput: own(cell.appendStreamOutput.bind(cell)),
    removeStreamOutput: own(cell.removeStreamOutput.bind(cell))
  };
}

/**
 * Whether outputs are to be written because of something else than how they are shown here.
 *
 * JupyterLab writes an output anew as the page trusts it, and as a chart gets a picture of itself
 * where it is drawn. Of two pages that do so at once there would be two outputs.
 */
function isNews(
  { cell: { youtputs }, views }: Shown,
  start: number,
  end: number,
  outputs: readonly IOutput[] = []
): boolean {
  const [output] = outputs;
  if (output === undefined || outputs.length > 1 || end !== start + 1 || end > youtputs.length) {
    return true;
  }
  return (
    !JSONExt.deepEqual(read(youtputs.get(start)), output) &&
    ![...views].some(view => view.hasDrawn(start, output))
  );
}

function takeIn({ cell: { youtputs }, views }: Shown, span: Span): void {
  for (const view of views) {
    if (view.isDisposed) {
      views.delete(view);
    } else {
      view.take(youtputs, span);
    }
  }
}

function withoutOutputs<T extends Changes>(changes: T): T {
  const { outputsChange: _outputs, streamOutputChange: _text, ...others } = changes;
  return others as T;
}

/** Do `change`; what JupyterLab makes of it does not go into the document, where it comes from. */
function muted(shown: Shown, change: () => void): void {
  const before = shown.isMuted;
  shown.isMuted = true;
  try {
    change();
  } finally {
    shown.isMuted = before;
  }
}

/** Which outputs events tell of; `null` where they tell of none. */
function touched(events: Events, { ymodel, youtputs }: YCodeCell): Span | null {
  const spans = events.flatMap(event => {
    const [member, at] = event.path;
    const target: unknown = event.target;
    if (target === youtputs) {
      return [spanOf(event.changes.delta)];
    }
    if (target === ymodel && event.changes.keys.has('outputs')) {
      return [ALL];
    }
    return member === 'outputs' && typeof at === 'number' ? [{ from: at, to: at + 1 }] : [];
  });
  return spans.length === 0
    ? null
    : {
        from: Math.min(...spans.map(({ from }) => from)),
        to: Math.max(...spans.map(({ to }) => to))
      };
}

/** What has changed in a list: to its end, where all behind a change has moved. */
function spanOf(delta: Events[number]['changes']['delta']): Span {
  let [at, from, to, shift] = [0, Infinity, 0, 0];
  for (const { retain = 0, insert = [], delete: gone = 0 } of delta) {
    if (insert.length > 0 || gone > 0) {
      from = Math.min(from, at);
    }
    at += retain + insert.length;
    shift += insert.length - gone;
    to = insert.length > 0 || shift !== 0 ? at : to;
  }
  return { from, to: shift === 0 ? to : Infinity };
}
