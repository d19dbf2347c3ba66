import { NotebookActions } from '@jupyterlab/notebook';
import type { Notebook } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import { VIEW } from '../presence';
import type { Place, Places } from './places';

/** Views that follow each other faster than this are told as one, in milliseconds. */
export const VIEW_INTERVAL = 100;

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
    this._timer ??= setTimeout(() => this._tell(), VIEW_INTERVAL);
  };

  private _tell(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    const place = this._place;
    if (place === null || place.view.isDisposed) {
      return;
    }
    const { awareness } = place.roster;
    const told = (awareness.getLocalState()?.[VIEW] ?? null) as ReadonlyPartialJSONValue;
    const seen = this._enabled ? place.view.read() : null;
    if (!JSONExt.deepEqual(told, seen as ReadonlyPartialJSONValue)) {
      awareness.setLocalStateField(VIEW, seen);
    }
  }

  private _enabled = true;
  private _place: Place | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Tells the others in a notebook as long as cells run that were started at this page. `running` has
 * how many they are, for the notebooks in which there are any.
 */
export function tellRunning(
  places: Pick<Places, 'of'>,
  running = new Map<Notebook, number>()
): void {
  const forget = (notebook: Notebook) => void running.delete(notebook);
  const count = (notebook: Notebook, by: number) => {
    const before = running.get(notebook) ?? 0;
    const now = Math.max(0, before + by);
    if (now === 0 || notebook.isDisposed) {
      forget(notebook);
    } else {
      running.set(notebook, now);
      notebook.disposed.connect(forget);
    }
    if (before === 0 || now === 0) {
      places.of(notebook.parent)?.roster.awareness.setLocalStateField('running', now > 0);
    }
  };
  NotebookActions.executionScheduled.connect((_, { notebook }) => count(notebook, 1));
  NotebookActions.executed.connect((_, { notebook }) => count(notebook, -1));
}
