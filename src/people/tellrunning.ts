import { CodeCell } from '@jupyterlab/cells';
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import type { Notebook } from '@jupyterlab/notebook';

import type { Places } from './places';

/** A cell that was started here. */
interface Run {
  readonly cell: Cell | undefined;
}

/**
 * Tells the others in a notebook as long as cells run that were started at this page. `running` has
 * them, for the notebooks in which there are any.
 *
 * JupyterLab says nothing of a run that is canceled, as the kernel is restarted, the cell is deleted or
 * run once more. What the kernel is asked for ends then, too.
 */
export function tellRunning(
  places: Pick<Places, 'of'>,
  running = new Map<Notebook, ReadonlySet<Run>>()
): void {
  const forget = (notebook: Notebook) => void running.delete(notebook);
  const change = (notebook: Notebook, runs: ReadonlySet<Run>) => {
    const before = runsOf(notebook).size;
    if (runs.size === 0 || notebook.isDisposed) {
      forget(notebook);
    } else {
      running.set(notebook, runs);
      notebook.disposed.connect(forget);
    }
    if (before === 0 || runs.size === 0) {
      places.of(notebook.parent)?.roster.awareness.setLocalStateField('running', runs.size > 0);
    }
  };
  const runsOf = (notebook: Notebook): ReadonlySet<Run> => running.get(notebook) ?? new Set();
  const end = (notebook: Notebook, run: Run | undefined) => {
    const runs = [...runsOf(notebook)];
    if (run !== undefined && runs.includes(run)) {
      change(notebook, new Set(runs.filter(other => other !== run)));
    }
  };
  NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
    const run = { cell };
    change(notebook, new Set([...runsOf(notebook), run]));
    // The kernel is asked as soon as everybody has heard of it.
    queueMicrotask(() => {
      const done = () => end(notebook, run);
      futureOf(cell)?.done.then(done, done);
    });
  });
  NotebookActions.executed.connect((_, { notebook, cell }) =>
    end(
      notebook,
      [...runsOf(notebook)].find(run => run.cell === cell)
    )
  );
}

/** What the kernel was asked for; another executor than that of JupyterLab may ask for nothing. */
function futureOf(cell: Cell | undefined) {
  return cell instanceof CodeCell && !cell.isDisposed ? cell.outputArea.future : undefined;
}
