import { YCodeCell } from '@jupyter/ydoc';
import type { CellChange } from '@jupyter/ydoc';
import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { Array as YArray, YEvent } from 'yjs';

import { ALL, OutputView } from './view';
import type { Span } from './view';

type Events = readonly YEvent<YArray<unknown>>[];

type Changes = Partial<CellChange>;

/** Tells JupyterLab what has changed in a cell. */
interface Teller {
  getChanges(events: Events, ...rest: unknown[]): Changes;
}

/** In the place of what JupyterLab writes outputs into the document with. */
const STILL = {
  updateOutputs: () => undefined,
  clearOutputs: () => undefined,
  appendStreamOutput: () => undefined,
  removeStreamOutput: () => undefined
};

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

const views = new WeakMap<YCodeCell, Set<OutputView>>();

function mirrorCell(model: ICellModel): void {
  const cell: unknown = model.sharedModel;
  if (!isCode(model) || !(cell instanceof YCodeCell)) {
    return;
  }
  const view = new OutputView(model.outputs);
  viewsOf(cell).add(view);
  if (!view.isAsLongAs(cell.youtputs)) {
    // JupyterLab makes one of two texts that stand beside each other, and counts one less from there on.
    muted(cell, () => view.take(cell.youtputs, ALL));
  }
}

function isCode(model: ICellModel): model is ICodeCellModel {
  return model.type === 'code';
}

/** All that show a cell. The first time that they are asked for, they begin to be told of it. */
function viewsOf(cell: YCodeCell): Set<OutputView> {
  const known = views.get(cell);
  if (known !== undefined) {
    return known;
  }
  const all = new Set<OutputView>();
  views.set(cell, all);
  const teller = cell as unknown as Teller;
  const tell = teller.getChanges.bind(cell);
  teller.getChanges = (events, ...rest) => {
    const changes = tell(events, ...rest);
    const span = touched(events, cell.youtputs);
    if (span !== null) {
      muted(cell, () => takeIn(cell, all, span));
    }
    return all.size === 0 ? changes : withoutOutputs(changes);
  };
  return all;
}

function takeIn({ youtputs }: YCodeCell, all: Set<OutputView>, span: Span): void {
  for (const view of all) {
    if (view.isDisposed) {
      all.delete(view);
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
function muted<T>(cell: YCodeCell, change: () => T): T {
  Object.assign(cell, STILL);
  try {
    return change();
  } finally {
    Object.keys(STILL).forEach(name => Reflect.deleteProperty(cell, name));
  }
}

/** Which outputs events tell of; `null` where they tell of none. */
function touched(events: Events, outputs: YArray<unknown>): Span | null {
  const spans = events.flatMap(event => {
    const [member, at] = event.path;
    if (event.target === outputs) {
      return [spanOf(event.changes.delta)];
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
