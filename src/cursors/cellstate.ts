import type { Notebook } from '@jupyterlab/notebook';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import type { Awareness } from 'y-protocols/awareness';

import { setField } from './publish';
import { MAX_CELLS } from './wire';
import type { CellsState } from './wire';

/**
 * Tell the others in which cell of a notebook we are, and what we have selected, for as long as
 * the result lives. In command mode there is no caret.
 */
export function publishCells(notebook: Notebook, awareness: Awareness): IDisposable {
  let isWaiting = false;
  const publish = () => {
    isWaiting = false;
    if (!notebook.isDisposed) {
      setField(awareness, 'cells', cellsOf(notebook));
      if (notebook.mode === 'command') {
        setField(awareness, 'cursors', []);
      }
    }
  };
  // One press of a key changes the active cell, the selection and the mode.
  const soon = () => {
    if (!isWaiting) {
      isWaiting = true;
      queueMicrotask(publish);
    }
  };
  notebook.activeCellChanged.connect(soon);
  notebook.selectionChanged.connect(soon);
  notebook.stateChanged.connect(soon);
  soon();
  return new DisposableDelegate(() => {
    notebook.activeCellChanged.disconnect(soon);
    notebook.selectionChanged.disconnect(soon);
    notebook.stateChanged.disconnect(soon);
  });
}

function cellsOf(notebook: Notebook): CellsState {
  const selected = notebook.widgets.filter(cell => notebook.isSelected(cell));
  return {
    mode: notebook.mode,
    active: notebook.activeCell?.model.id ?? null,
    // One cell that is selected is the active one.
    selected: selected.length > 1 ? selected.slice(0, MAX_CELLS).map(({ model }) => model.id) : []
  };
}
