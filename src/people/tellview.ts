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
