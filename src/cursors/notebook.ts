import { EditorView } from '@codemirror/view';
import type { Cell } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

import { bringToSight, isDrawn } from '../ui/sight';
import { beyond, directionOf, OutOfSight } from './beyond';
import type { Beyond, Direction } from './beyond';
import { publishCells } from './cellstate';
import { CellMarks } from './marks';
import type { CursorSettings } from './settings';
import { spanOf } from './span';
import type { Span } from './span';
import { cellMarks, standings } from './standing';
import type { Standing } from './standing';
import type { CursorTracker } from './tracker';

/** Shows in a notebook in which cells the others are, and who is out of sight. */
export class NotebookPresence extends OutOfSight<Standing> {
  constructor(
    panel: NotebookPanel,
    tracker: CursorTracker,
    settings: CursorSettings,
    trans: TranslationBundle
  ) {
    super(panel, panel.content.outerNode, tracker, settings, trans);
    this._notebook = panel.content;
    this._published = publishCells(this._notebook, tracker.roster.awareness);
    this._notebook.modelContentChanged.connect(this._onCells);
  }

  override dispose(): void {
    this._published.dispose();
    this._notebook.modelContentChanged.disconnect(this._onCells);
    super.dispose();
  }

  protected override look(frame: DOMRect): Beyond<Standing> {
    const { byId, byText } = this._index();
    const all = standings(this.tracker, text => byText.get(text)).filter(({ cell }) =>
      byId.has(cell)
    );
    const cellAt = (id: string) => this._notebook.widgets[byId.get(id) ?? -1];
    this._marks.show(this.settings.options.cellMarks ? cellMarks(all) : new Map(), cellAt);
    return beyond(all, this._direction(byId, frame));
  }

  /** Cells by their ids and by their texts; made anew after the list of cells has changed. */
  private _index(): Index {
    this._known ??= indexOf(this._notebook.widgets);
    return this._known;
  }

  /** On which side of the visible part somebody is, looking at what is drawn and else at order. */
  private _direction(
    byId: ReadonlyMap<string, number>,
    frame: DOMRect
  ): (standing: Standing) => Direction {
    const first = firstInSight(this._notebook.viewportNode, frame);
    return ({ cell: id, offset }) => {
      const index = byId.get(id) ?? -1;
      const cell = this._notebook.widgets[index];
      if (cell === undefined) {
        return null;
      }
      if (!isDrawn(cell.node)) {
        const side = index < first ? 'above' : 'below';
        return { side, distance: FAR + Math.abs(index - first) };
      }
      const span = caretSpan(cell, offset, frame) ?? cell.node.getBoundingClientRect();
      return directionOf(span, frame);
    };
  }

  protected override async goTo({ cell: id, offset }: Standing, withFocus: boolean): Promise<void> {
    const notebook = this._notebook;
    const index = this._index().byId.get(id);
    const cell = notebook.widgets[index ?? -1];
    if (index === undefined || cell === undefined) {
      return;
    }
    if (withFocus) {
      notebook.deselectAll();
      notebook.activeCellIndex = index;
      notebook.activate();
    }
    const isThere = await bringToSight(notebook, cell);
    const { editor } = cell;
    if (isThere && offset !== null && editor instanceof CodeMirrorEditor) {
      const caret = Math.min(offset, editor.editor.state.doc.length);
      editor.editor.dispatch({ effects: EditorView.scrollIntoView(caret, { y: 'center' }) });
    }
  }

  private readonly _onCells = (): void => {
    this._known = null;
    this.request();
  };

  private _known: Index | null = null;
  private readonly _notebook: Notebook;
  private readonly _published: IDisposable;
  private readonly _marks = new CellMarks();
}

/** Cells that are not drawn are further away than any that are, in pixels. */
const FAR = 1e6;

interface Index {
  readonly byId: ReadonlyMap<string, number>;
  readonly byText: ReadonlyMap<object, string>;
}

function indexOf(cells: readonly Cell[]): Index {
  const byId = new Map<string, number>();
  const byText = new Map<object, string>();
  cells.forEach(({ model }, index) => {
    byId.set(model.id, index);
    if ('ysource' in model.sharedModel) {
      byText.set(model.sharedModel.ysource as object, model.id);
    }
  });
  return { byId, byText };
}

/** The index of the first cell that is seen; the active one is drawn wherever it is. */
function firstInSight(viewport: HTMLElement, frame: DOMRect): number {
  const nodes = viewport.querySelectorAll<HTMLElement>(':scope > [data-windowed-list-index]');
  const first = [...nodes].find(node => {
    const { top, bottom, height } = node.getBoundingClientRect();
    return height > 0 && bottom > frame.top && top < frame.bottom;
  });
  return Number(first?.dataset.windowedListIndex ?? 0);
}

/** Where the caret at `offset` of a cell is in the window, as far as the cell has been drawn. */
function caretSpan({ editor }: Cell, offset: number | null, frame: Span): Span | null {
  const view = editor instanceof CodeMirrorEditor ? editor.editor : null;
  return offset === null || view?.dom.isConnected !== true || view.dom.clientHeight === 0
    ? null
    : spanOf(view, offset, frame);
}
