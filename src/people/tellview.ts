import { CodeCell } from '@jupyterlab/cells';
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import type { Notebook } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import { VIEW } from '../presence';
import type { Place, Places } from './places';

/** Views that follow each other faster than this are told as one, in milliseconds. */
export const VIEW_INTERVAL = 100;

/**
 * So long is waited before the view is looked at once more, in milliseconds: a slow page has scrolled
 * before it has drawn what is there, and does not scroll when it does.
 */
export const DRAWN_AFTER = 500;

type Shown = Pick<Places, 'current' | 'currentChanged'>;

/** Tells the others what of the document in front is seen here, as far as that is wanted. */
export class ViewTeller {
  constructor(private readonly _places: Shown) {
    _places.currentChanged.connect(() => this._watch());
    this._watch();
  }

  get enabled(): boolean {
    return this._enabled;
  }

  set enabled(enabled: boolean) {
    this._enabled = enabled;
    this._tell();
  }

  private _watch(): void {
    this._place?.view.moved.disconnect(this._onMoved);
    this._place = this._places.current;
    this._place?.view.moved.connect(this._onMoved);
    this._onMoved();
  }

  private readonly _onMoved = (): void => {
    clearTimeout(this._again);
    this._timer ??= setTimeout(() => this._tell(), VIEW_INTERVAL);
  };

  private _tell(): void {
    clearTimeout(this._timer);
    clearTimeout(this._again);
    this._timer = undefined;
    const place = this._place;
    if (place === null || place.view.isDisposed) {
      return;
    }
    const { awareness } = place.roster;
    const told = (awareness.getLocalState()?.[VIEW] ?? null) as ReadonlyPartialJSONValue;
    const seen = this._enabled ? place.view.read() : null;
    const isNews = !JSONExt.deepEqual(told, seen as ReadonlyPartialJSONValue);
    if (this._enabled && (isNews || seen === null)) {
      this._again = setTimeout(() => this._tell(), DRAWN_AFTER);
    }
    // Where nothing is drawn yet, what was told before says more than nothing.
    if (isNews && (seen !== null || !this._enabled)) {
      awareness.setLocalStateField(VIEW, seen);
    }
  }

  private _enabled = true;
  private _place: Place | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _again: ReturnType<typeof setTimeout> | undefined;
}

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
