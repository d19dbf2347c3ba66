import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ICONS } from './icons';
import { StatusPopup } from './popup';
import type { StatusModel } from './statusmodel';

/** A few words on how the document in front stands; a press shows the whole story. */
export class StatusWidget extends VDomRenderer<StatusModel> {
  constructor(
    model: StatusModel,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-CollabStatus');
  }

  protected override render(): React.JSX.Element | null {
    const { description, news } = this.model;
    if (description === null) {
      return null;
    }
    const { condition, label, story } = description;
    const icon = ICONS[condition];
    return (
      <>
        <button
          type="button"
          className="jp-CollabStatus-button"
          data-condition={condition}
          title={story.join(' ')}
          aria-haspopup="dialog"
          onClick={event => this._toggle(event.currentTarget)}
        >
          <icon.react tag="span" className="jp-CollabStatus-icon" />
          <span className="jp-CollabStatus-label">{label}</span>
        </button>
        <span className="jp-CollabNews" role="status" aria-live="polite">
          {news}
        </span>
      </>
    );
  }

  /** The press that closes the popup must not open it again. */
  private _toggle(anchor: HTMLElement): void {
    if (this._popup?.isAttached === true) {
      this._popup.dispose();
    } else {
      this._popup = new StatusPopup(this.model, anchor, this._trans);
      this._popup.open();
    }
  }

  private _popup: StatusPopup | null = null;
}
