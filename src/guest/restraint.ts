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

/** Makes a widget fit for a document that is locked, as long as that is so. */
export class Restraint {
  /** `badge` makes what tells so, for the toolbar. */
  constructor(
    private readonly _widget: DocumentWidget,
    private readonly _lock: Lock,
    private readonly _badge: () => Widget
  ) {
    _lock.changed.connect(this._update);
    BRINGING.forEach(type => _widget.node.addEventListener(type, this._refuse, true));
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
    const isForViewing = lock.hold === 'viewing';
    widget.toggleClass(VIEW_ONLY, isForViewing);
    model.readOnly = lock.locked;
    this._showBadge();
    this._restrainCells();
    if (widget.content instanceof FileEditor) {
      widget.content.editor.setOption('readOnly', lock.locked);
    }
    if (lock.locked) {
      model.sharedModel.clearUndoHistory();
    }
    if (isForViewing) {
      this._kernel ??= { ...sessionContext.kernelPreference };
      withoutKernel(sessionContext);
    } else if (this._kernel !== null) {
      sessionContext.kernelPreference = this._kernel;
      this._kernel = null;
    }
  };

  private _showBadge(): void {
    const isForViewing = this._lock.hold === 'viewing';
    if (isForViewing && this._shown === null) {
      this._shown = this._badge();
      this._widget.toolbar.insertItem(0, 'collab-view-only', this._shown);
    } else if (!isForViewing) {
      this._shown?.dispose();
      this._shown = null;
    }
  }

  private readonly _restrainCells = (): void => {
    const { locked } = this._lock;
    if (this._widget instanceof NotebookPanel && (locked || this._hasRestrained)) {
      this._hasRestrained = locked;
      this._widget.content.widgets.forEach(cell => (locked ? restrain(cell) : release(cell)));
    }
  };

  private readonly _refuse = (event: Event): void => {
    if (this._lock.locked) {
      event.stopPropagation();
      event.preventDefault();
    }
  };

  /** What held before about starting a kernel. */
  private _kernel: SessionContext['kernelPreference'] | null = null;
  private _shown: Widget | null = null;
  private _hasRestrained = false;
}

type SessionContext = DocumentWidget['context']['sessionContext'];

/** Neither start a kernel for a document, nor ask for one. */
export function withoutKernel(session: SessionContext): void {
  session.kernelPreference = { ...session.kernelPreference, shouldStart: false, canStart: false };
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
