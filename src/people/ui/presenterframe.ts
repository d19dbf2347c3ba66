import type { TranslationBundle } from '@jupyterlab/translation';

import type { Identity } from '../identity';
import type { Places } from '../places';
import type { Presenter } from '../presenting';
import { Frame } from './frame';

/** Shows us that we present, around the document to which we have invited, and ends it. */
export class PresenterFrame {
  constructor(
    private readonly _presenter: Presenter,
    places: Pick<Places, 'currentChanged'>,
    private readonly _identity: Identity,
    private readonly _trans: TranslationBundle
  ) {
    this._frame = new Frame(_trans, () => _presenter.stop());
    _presenter.changed.connect(() => this._update());
    places.currentChanged.connect(() => this._update());
  }

  private _update(): void {
    const { place } = this._presenter;
    const { user } = this._identity;
    if (place === null || user === null) {
      this._frame.hide();
    } else {
      const text = this._trans.__('You present to everybody here – click to stop');
      this._frame.show(place.view.widget, user, text);
    }
  }

  private readonly _frame: Frame;
}
