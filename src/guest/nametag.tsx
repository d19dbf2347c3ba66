import type { TranslationBundle } from '@jupyterlab/translation';
import { editIcon, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Identity } from '../people/identity';
import { Avatar } from '../people/ui/avatar';
import { directionOf } from '../presence';

/** Says to guests, in the bar of a document, how others see them; a press changes it. */
export class NameTag extends ReactWidget {
  constructor(
    private readonly _identity: Identity,
    private readonly _change: () => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-CollabNameTag');
  }

  protected override render(): React.JSX.Element {
    return <UseSignal signal={this._identity.changed}>{() => this._renderName()}</UseSignal>;
  }

  private _renderName(): React.JSX.Element {
    const { user } = this._identity;
    if (user === null) {
      return <></>;
    }
    const says = this._trans.__(
      'Others see you as %1. Click to change your name.',
      user.displayName
    );
    return (
      <button type="button" title={says} aria-label={says} onClick={this._change}>
        <Avatar user={user} />
        <span className="jp-CollabNameTag-name" dir={directionOf(user.displayName)}>
          {user.displayName}
        </span>
        <editIcon.react tag="span" />
      </button>
    );
  }
}
