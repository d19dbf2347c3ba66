import type { EditorState, SelectionRange } from '@codemirror/state';
import { YBaseCell } from '@jupyter/ydoc';
import type { YNotebook } from '@jupyter/ydoc';
import {
  isCodeCellModel,
  isMarkdownCellModel,
  isRawCellModel,
  MarkdownCell
} from '@jupyterlab/cells';
import type { Cell, ICellModel } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IAttachments, IOutput } from '@jupyterlab/nbformat';
import type { Notebook } from '@jupyterlab/notebook';
import type { PartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { PanelLayout } from '@lumino/widgets';
import type * as Y from 'yjs';

import { partOf, successorOf } from './place';
import type { Caret, Found, Text } from './place';

/** A cell that somebody else has deleted while the person at this page wrote in it. */
export interface LostCell {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly source: string;
  readonly metadata: PartialJSONObject;
  /** Of a code cell. */
  readonly count: number | null;
  readonly outputs: readonly IOutput[];
  /** Of any other one. */
  readonly attachments: IAttachments;
}

/**
 * Keeps the person at this page in the cell where they are, whatever others do to it.
 *
 * Moving a cell, merging it with another one, and changing its type is deleting it and inserting a
 * copy. JupyterLab would go to the cell above, where the next keys would be written, or leave the
 * focus nowhere; where others are moved above, it would go to the cell below. Keys that are meant for a
 * cell that is gone for good go nowhere.
 */
export class StayingPut implements IDisposable {
  /** `onLost` is called where somebody wrote in a cell that is gone. */
  constructor(
    private readonly _notebook: Notebook,
    private readonly _model: YNotebook,
    private readonly _onLost: (cell: LostCell) => void
  ) {
    _model.ydoc.on('beforeTransaction', this._remember);
    _model.ydoc.on('beforeObserverCalls', this._keep);
    _model.ydoc.on('afterAllTransactions', this._return);
    _model.changed.connect(this._onChange);
    _notebook.activeCellChanged.connect(this._onActive);
    _notebook.disposed.connect(() => this.dispose());
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._model.ydoc.off('beforeTransaction', this._remember);
    this._model.ydoc.off('beforeObserverCalls', this._keep);
    this._model.ydoc.off('afterAllTransactions', this._return);
    this._model.changed.disconnect(this._onChange);
    this._notebook.activeCellChanged.disconnect(this._onActive);
  }

  private readonly _remember = ({ local }: Y.Transaction): void => {
    if (!local) {
      this._place ??= placeIn(this._notebook);
    }
  };

  /** The document does not have the cell any more, JupyterLab still has what it showed of it. */
  private readonly _keep = (): void => {
    if (this._place !== null && isDeleted(this._place.cell)) {
      this._shown = shownIn(this._place.cell.model);
    }
  };

  private readonly _onChange: Parameters<YNotebook['changed']['connect']>[0] = (
    _,
    { cellsChange }
  ) => {
    if (this._place !== null) {
      cellsChange?.forEach(({ insert }) => insert?.forEach(({ id }) => this._added.add(id)));
    }
  };

  /** The cell that JupyterLab goes to is shown as its text, if it is Markdown: nobody wanted that. */
  private readonly _onActive = (_: unknown, cell: Cell | null): void => {
    if (this._place !== null && cell instanceof MarkdownCell && cell.rendered) {
      this._unrendered.add(cell);
    }
  };

  private readonly _return = (): void => {
    const place = this._place;
    const shown = this._shown;
    this._place = null;
    this._shown = NOTHING;
    const added = this._notebook.widgets.filter(({ model }) => this._added.has(model.id));
    this._added.clear();
    if (place !== null && !this._notebook.isDisposed) {
      this._goBack(place, shown, added);
    }
    for (const cell of this._unrendered) {
      if (
        !cell.isDisposed &&
        (cell !== this._notebook.activeCell || this._notebook.mode !== 'edit')
      ) {
        cell.rendered = true;
      }
    }
    this._unrendered.clear();
  };

  private _goBack(place: Place, shown: Shown, widgets: readonly Cell[]): void {
    const { cell, id, index, type, metadata, count, hadFocus, mode } = place;
    const isGone = cell.isDisposed;
    const hasLeft = cell !== this._notebook.activeCell;
    if (!isGone && !hasLeft && (widgets.length === 0 || place.state === null)) {
      return;
    }
    const caret = caretOf(place);
    const added = widgets.map(widget => ({ widget, id: widget.model.id, source: textOf(widget) }));
    const found = isGone ? successorOf(caret, added) : partOf(caret, textOf(cell), added);
    if (found !== null) {
      this._go(found.cell.widget, place, found);
    } else if (!isGone && hasLeft) {
      this._go(cell, { ...place, selection: null }, { shift: 0 }); // its caret is where it was
    } else if (isGone && hadFocus && mode === 'edit') {
      this._letGo();
      if (place.state?.readOnly === false && caret.source.trim() !== '') {
        this._onLost({ id, index, type, source: caret.source, metadata, count, ...shown });
      }
    }
  }

  private _go(
    cell: Cell,
    { hadFocus, mode, selection }: Place,
    { shift }: Pick<Found<Text>, 'shift'>
  ): void {
    const notebook = this._notebook;
    const index = notebook.widgets.indexOf(cell);
    if (hadFocus) {
      attach(notebook, cell, index);
    }
    notebook.activeCellIndex = index;
    if (!hadFocus) {
      return;
    }
    notebook.mode = mode;
    if (mode === 'command') {
      cell.node.focus({ preventScroll: true });
      return;
    }
    const { editor } = cell;
    if (selection !== null && editor instanceof CodeMirrorEditor) {
      if (cell instanceof MarkdownCell) {
        keepCaret(cell, editor);
      }
      const { length } = editor.editor.state.doc;
      const moved = (offset: number) => Math.min(Math.max(0, offset + shift), length);
      editor.editor.dispatch({
        selection: { anchor: moved(selection.anchor), head: moved(selection.head) }
      });
    }
    editor?.focus();
  }

  /** In command mode keys are commands, which nobody who types means. */
  private _letGo(): void {
    this._notebook.mode = 'command'; // which focuses a cell
    if (document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
    }
  }

  private _place: Place | null = null;
  private _shown: Shown = NOTHING;
  private readonly _added = new Set<string>();
  private readonly _unrendered = new Set<MarkdownCell>();
  private _isDisposed = false;
}

interface Place extends Pick<LostCell, 'id' | 'index' | 'type' | 'metadata' | 'count'> {
  readonly cell: Cell;
  readonly mode: Notebook['mode'];
  readonly hadFocus: boolean;
  readonly selection: SelectionRange | null;
  /** What the cell's editor had; null where it has none yet. */
  readonly state: EditorState | null;
}

/** What may be large, and so is read only where it is about to go. */
type Shown = Pick<LostCell, 'outputs' | 'attachments'>;

const NOTHING: Shown = { outputs: [], attachments: {} };

function isDeleted({ isDisposed, model }: Cell): boolean {
  const cell: unknown = isDisposed ? null : model.sharedModel;
  return cell instanceof YBaseCell && cell.ymodel._item?.deleted === true;
}

function shownIn(model: ICellModel): Shown {
  const outputs = isCodeCellModel(model) ? model.outputs.toJSON() : [];
  const hasFiles = isMarkdownCellModel(model) || isRawCellModel(model);
  return { outputs, attachments: hasFiles ? model.attachments.toJSON() : {} };
}

/** Costs next to nothing, as it is asked with everything that others do. */
function placeIn(notebook: Notebook): Place | null {
  const { activeCell: cell, activeCellIndex: index, mode, node } = notebook;
  if (cell === null || cell.isDisposed) {
    return null;
  }
  const { id, type, sharedModel } = cell.model;
  const metadata = sharedModel.getMetadata();
  const count = isCodeCellModel(cell.model) ? cell.model.executionCount : null;
  const hadFocus = node.contains(document.activeElement);
  const state = cell.editor instanceof CodeMirrorEditor ? cell.editor.editor.state : null;
  const selection = state?.selection.main ?? null;
  return { cell, id, index, type, metadata, count, mode, hadFocus, selection, state };
}

function caretOf({ id, state, selection }: Place): Caret {
  return { id, source: state?.doc.toString() ?? '', offset: selection?.head ?? 0 };
}

function textOf({ model }: Cell): string {
  return model.sharedModel.getSource();
}

/** Have a cell that has just come drawn now: JupyterLab waits until the page is idle. */
function attach(notebook: Notebook, cell: Cell, index: number): void {
  if (!cell.node.isConnected && notebook.layout instanceof PanelLayout) {
    cell.dataset.windowedListIndex = `${index}`;
    notebook.layout.insertWidget(index, cell);
  }
}

/** What JupyterLab shows the text of a Markdown cell with, each time that the cell is updated. */
interface Shower {
  showEditor(): void;
}

/**
 * Leave the caret where it is whenever the cell is updated while somebody writes in it: JupyterLab
 * puts it behind the marks of a heading then, as it does where a cell is opened.
 */
function keepCaret(cell: MarkdownCell, { editor }: CodeMirrorEditor): void {
  const shower = cell as unknown as Shower;
  const show = shower.showEditor.bind(cell);
  shower.showEditor = () => {
    const { selection } = editor.state;
    const isWriting = editor.dom.contains(document.activeElement);
    show();
    if (isWriting && !editor.state.selection.eq(selection)) {
      editor.dispatch({ selection });
    }
  };
}
