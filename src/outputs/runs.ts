import type { CodeCell } from '@jupyterlab/cells';
import type { OutputArea } from '@jupyterlab/outputarea';
import type { Doc, Transaction } from 'yjs';

type Future = OutputArea['future'];

/**
 * Keeps the runs of cells that somebody else moves, or gives another source.
 *
 * A cell that is moved is deleted, and a copy is put elsewhere. JupyterLab carries a run over to
 * the copy where its own page moves the cell, and cancels it where another page does. A cell that gets
 * another text as its source is taken for another cell, too.
 */
export class Runs {
  /** `shown` gives what shows cells at the moment. */
  constructor(
    doc: Doc,
    private readonly _shown: () => readonly CodeCell[]
  ) {
    const cells = doc.getArray('cells');
    const isOther = ([{ parent }, keys]: [{ parent: unknown }, ReadonlySet<string | null>]) =>
      parent === cells && keys.has('source');
    const isOfOthers = ({ local, changed }: Transaction) =>
      !local && (changed.has(cells) || [...changed].some(isOther));
    // The one comes before JupyterLab hears of it, the other after it has.
    doc.on('beforeObserverCalls', change => isOfOthers(change) && this._detach());
    doc.on('afterTransaction', change => isOfOthers(change) && this._attach());
  }

  /** A cell has just been run. */
  start(id: string): void {
    const future = this._find(id)?.outputArea.future;
    if (future?.isDisposed === false) {
      this._ids.set(future, id);
      const end = () => void this._ids.delete(future);
      future.done.then(end, end);
    }
  }

  /** A cell that is deleted does not know its id any more. */
  private _detach(): void {
    for (const cell of this._shown()) {
      const { future } = cell.outputArea;
      if (this._ids.has(future)) {
        cell.outputArea.detachFuture();
        this._detached.set(future, cell);
      }
    }
  }

  private _attach(): void {
    for (const [future, before] of this._detached) {
      const cell = this._find(this._ids.get(future));
      if (cell === undefined) {
        future.dispose();
      } else {
        cell.outputArea.reattachFuture(future);
        if (cell !== before) {
          // Nothing is written while what others have done is taken in.
          queueMicrotask(() => follow(cell, future));
        }
      }
    }
    this._detached.clear();
  }

  private _find(id: string | undefined): CodeCell | undefined {
    return this._shown().find(({ model }) => model.id === id);
  }

  private readonly _ids = new Map<Future, string>();
  private readonly _detached = new Map<Future, CodeCell>();
}

/** What JupyterLab tells of a run, it tells the cell that was there as the run began. */
function follow({ model }: CodeCell, future: Future): void {
  if (model.isDisposed) {
    return;
  }
  model.executionState = 'running';
  const end = (count: number | null) => {
    if (!model.isDisposed) {
      model.executionState = 'idle';
      model.executionCount = count ?? model.executionCount;
    }
  };
  future.done.then(
    ({ content }) => end(content.execution_count),
    () => end(null)
  );
}
