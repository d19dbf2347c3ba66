import { EditorView } from '@codemirror/view';
import type { Cell } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableSet } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import { Badges } from './badges';
import { publishCells } from './cellstate';
import { FrameBatch } from './frames';
import { CellMarks } from './marks';
import type { CursorSettings } from './settings';
import { beyond, cellMarks, standings } from './standing';
import type { Beyond, Standing, Where } from './standing';
import type { CursorTracker } from './tracker';

const NOBODY: Beyond = { above: [], below: [] };

/** Cells count as in sight from so many pixels on. */
const IN_SIGHT = 12;

/** Shows in a notebook in which cells the others are, and who is out of sight. */
export class NotebookPresence implements IDisposable {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _tracker: CursorTracker,
    private readonly _settings: CursorSettings,
    trans: TranslationBundle
  ) {
    const notebook = _panel.content;
    this._badges = new Badges(_panel.node, trans, (standing, withFocus) => {
      void this._goTo(standing, withFocus);
    });
    this._parts.add(this._badges);
    this._parts.add(this._batch);
    this._parts.add(publishCells(notebook, _tracker.roster.awareness));
    _tracker.changed.connect(this._onChange, this);
    _tracker.roster.changed.connect(this._onChange, this);
    _settings.changed.connect(this._onChange, this);
    notebook.modelContentChanged.connect(this._onCells, this);
    notebook.outerNode.addEventListener('scroll', this._onScroll, { passive: true });
    this._sizes.observe(notebook.outerNode);
    _panel.disposed.connect(() => this.dispose());
    this._onCells();
  }

  get isDisposed(): boolean {
    return this._parts.isDisposed;
  }

  dispose(): void {
    this._parts.dispose();
    this._sizes.disconnect();
    this._tracker.changed.disconnect(this._onChange, this);
    this._tracker.roster.changed.disconnect(this._onChange, this);
    this._settings.changed.disconnect(this._onChange, this);
    this._panel.content.outerNode.removeEventListener('scroll', this._onScroll);
  }

  /** Whether somebody is out of sight on that side. */
  isBeyond(where: Where): boolean {
    return this._beyond[where].length > 0;
  }

  /** Go to the nearest person on that side. */
  go(where: Where): void {
    const [nearest] = this._beyond[where];
    if (nearest !== undefined) {
      void this._goTo(nearest, true);
    }
  }

  private _paint(): void {
    const notebook = this._panel.content;
    if (notebook.isDisposed || !notebook.isVisible) {
      return;
    }
    const { cellMarks: marked, badges } = this._settings.options;
    const { byId, byText } = this._index();
    const all = standings(this._tracker, text => byText.get(text)).filter(({ cell }) =>
      byId.has(cell)
    );
    const cellAt = (id: string) => notebook.widgets[byId.get(id) ?? -1];
    this._marks.show(marked ? cellMarks(all) : new Map(), cellAt);
    this._beyond = beyond(all, this._side(byId));
    const { top, bottom } = this._panel.node.getBoundingClientRect();
    const frame = notebook.outerNode.getBoundingClientRect();
    const area = { top: frame.top - top, bottom: bottom - frame.bottom };
    this._badges.show(badges ? this._beyond : NOBODY, area);
  }

  /** Cells by their ids and by their texts; made anew after the list of cells has changed. */
  private _index(): Index {
    this._known ??= indexOf(this._panel.content.widgets);
    return this._known;
  }

  /** On which side of the visible part somebody is, looking at what is drawn and else at order. */
  private _side(byId: ReadonlyMap<string, number>): Parameters<typeof beyond>[1] {
    const notebook = this._panel.content;
    const frame = notebook.outerNode.getBoundingClientRect();
    const first = firstInSight(notebook.viewportNode, frame);
    return standing => {
      const index = byId.get(standing.cell) ?? -1;
      const cell = notebook.widgets[index];
      if (cell === undefined) {
        return null;
      }
      if (!isDrawn(cell.node)) {
        const side = index < first ? 'above' : 'below';
        return { side, distance: FAR + Math.abs(index - first) };
      }
      const { top, bottom } = caretBox(cell, standing.offset) ?? cell.node.getBoundingClientRect();
      if (bottom < frame.top + IN_SIGHT) {
        return { side: 'above', distance: frame.top - bottom };
      }
      return top > frame.bottom - IN_SIGHT ? { side: 'below', distance: top - frame.bottom } : null;
    };
  }

  private async _goTo({ cell: id, offset }: Standing, withFocus: boolean): Promise<void> {
    const notebook = this._panel.content;
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
    try {
      await notebook.scrollToItem(index, 'center');
    } catch {
      return; // somebody has scrolled elsewhere meanwhile
    }
    const { editor } = cell;
    if (offset !== null && editor instanceof CodeMirrorEditor) {
      const caret = Math.min(offset, editor.editor.state.doc.length);
      editor.editor.dispatch({ effects: EditorView.scrollIntoView(caret, { y: 'center' }) });
    }
  }

  private readonly _onScroll = (): void => this._batch.request();

  private readonly _onChange = (): void => this._batch.request();

  private readonly _onCells = (): void => {
    this._known = null;
    this._batch.request();
  };

  private _known: Index | null = null;
  private _beyond = NOBODY;
  private readonly _badges: Badges;
  private readonly _marks = new CellMarks();
  private readonly _parts = new DisposableSet();
  private readonly _batch = new FrameBatch(() => this._paint());
  private readonly _sizes = new ResizeObserver(() => this._batch.request());
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

/** Whether a cell takes any room: those that scrolled away are taken out, or only hidden. */
function isDrawn(node: HTMLElement): boolean {
  return node.getBoundingClientRect().height > 0;
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

/** Where the caret at `offset` of a cell is in the window, as far as its line has been drawn. */
function caretBox(
  { editor }: Cell,
  offset: number | null
): { readonly top: number; readonly bottom: number } | null {
  if (offset === null || !(editor instanceof CodeMirrorEditor)) {
    return null;
  }
  const view = editor.editor;
  if (!view.dom.isConnected || view.dom.clientHeight === 0) {
    return null;
  }
  const { top, bottom } = view.lineBlockAt(Math.min(offset, view.state.doc.length));
  return { top: view.documentTop + top, bottom: view.documentTop + bottom };
}
