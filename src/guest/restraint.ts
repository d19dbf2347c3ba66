import type { Cell } from '@jupyterlab/cells';
import { MarkdownCell } from '@jupyterlab/cells';
import type { DocumentWidget } from '@jupyterlab/docregistry';
import { FileEditor } from '@jupyterlab/fileeditor';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

import type { Lock } from './lock';

const VIEW_ONLY = 'jp-mod-collabViewOnly';

/** What would put something into a document, before its widgets see it. */
const BRINGING = ['paste', 'drop', 'lm-dragenter', 'lm-dragover', 'lm-drop'];

/** What of that puts it into an editor, as typing does. */
const TYPING = 'paste';

/** What keys, also those of a screen, and other ways of writing do to an editor. */
const WRITING = 'beforeinput';

/**
 * Makes a widget fit for those who may only view its document, as long as that is so. A document that
 * is loading is only kept from taking in what is dropped, such as cells that are moved.
 */
export class Restraint {
  /**
   * `badge` makes what tells so, for the toolbar. `tell` is called when somebody begins to write all
   * the same, and not again at each key after that.
   */
  constructor(
    private readonly _widget: DocumentWidget,
    private readonly _lock: Lock,
    private readonly _badge: () => Widget,
    private readonly _tell: () => void
  ) {
    _lock.changed.connect(this._update);
    BRINGING.forEach(type => _widget.node.addEventListener(type, this._refuse, true));
    _widget.node.addEventListener(WRITING, this._onWriting, true);
    if (_widget instanceof NotebookPanel) {
      // Its cells are there once the notebook has told of them.
      _widget.content.modelContentChanged.connect(this._restrainCells);
    }
    _widget.disposed.connect(() => _lock.changed.disconnect(this._update));
    this._update();
  }

  private readonly _update = (): void => {
    const { _widget: widget, _lock: lock } = this;
    const { model, sessionContext } = widget.context;
    const viewOnly = lock.hold === 'viewing';
    this._isTold &&= viewOnly;
    widget.toggleClass(VIEW_ONLY, viewOnly);
    model.readOnly = viewOnly;
    this._showBadge();
    this._restrainCells();
    if (widget.content instanceof FileEditor) {
      widget.content.editor.setOption('readOnly', viewOnly);
    }
    if (viewOnly) {
      this._kernel = { ...sessionContext.kernelPreference };
      withoutKernel(sessionContext);
      model.sharedModel.clearUndoHistory();
    } else if (this._kernel !== null) {
      sessionContext.kernelPreference = this._kernel;
      this._kernel = null;
    }
  };

  private _showBadge(): void {
    const viewOnly = this._lock.hold === 'viewing';
    if (viewOnly && this._shown === null) {
      this._shown = this._badge();
      this._widget.toolbar.insertItem(0, 'collab-view-only', this._shown);
    } else if (!viewOnly) {
      this._shown?.dispose();
      this._shown = null;
    }
  }

  private readonly _restrainCells = (): void => {
    const viewOnly = this._lock.hold === 'viewing';
    if (this._widget instanceof NotebookPanel && (viewOnly || this._hasRestrained)) {
      this._hasRestrained = viewOnly;
      this._widget.content.widgets.forEach(cell => (viewOnly ? restrain(cell) : release(cell)));
    }
  };

  private readonly _refuse = (event: Event): void => {
    const { hold } = this._lock;
    if (isInField(event)) {
      return;
    }
    if (event.type === TYPING) {
      this._onWriting(event);
    }
    if (hold === 'viewing' || (hold === 'loading' && event.type !== TYPING)) {
      event.stopPropagation();
      event.preventDefault();
    }
  };

  private readonly _onWriting = (event: Event): void => {
    if (this._lock.hold === 'viewing' && !this._isTold && !isInField(event)) {
      this._isTold = true;
      this._tell();
    }
  };

  /** What held before about starting a kernel. */
  private _kernel: SessionContext['kernelPreference'] | null = null;
  private _shown: Widget | null = null;
  private _hasRestrained = false;
  private _isTold = false;
}

type SessionContext = DocumentWidget['context']['sessionContext'];

/** Neither start a kernel for a document, nor ask for one. */
export function withoutKernel(session: SessionContext): void {
  session.kernelPreference = { ...session.kernelPreference, shouldStart: false, canStart: false };
}

/** Such as the field of the search, which is no part of the document. */
function isInField({ target }: Event): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

function restrain(cell: Cell): void {
  cell.readOnly = true;
  if (cell instanceof MarkdownCell) {
    cell.showEditorForReadOnly = false;
  }
}

/** As the notebook says by itself. */
function release(cell: Cell): void {
  if (cell instanceof MarkdownCell) {
    cell.showEditorForReadOnly = true;
  }
  cell.loadEditableState();
}
