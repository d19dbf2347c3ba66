import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { sayValidity } from '../validity';
import type { Validity } from '../validity';

interface Props<V extends Validity> {
  readonly choices: readonly V[];
  readonly value: V;
  readonly trans: TranslationBundle;
  readonly choose: (validity: V) => void;
}

/** For how long something is valid. */
export function ValiditySelect<V extends Validity>(props: Props<V>): React.JSX.Element {
  const { choices, value, trans, choose } = props;
  return (
    <label>
      <span>{trans.__('Valid')}</span>
      <select
        className="jp-mod-styled"
        value={String(value)}
        onChange={({ target }) =>
          choose(choices.find(choice => String(choice) === target.value) ?? value)
        }
      >
        {choices.map(choice => (
          <option key={String(choice)} value={String(choice)}>
            {sayValidity(choice, trans)}
          </option>
        ))}
      </select>
    </label>
  );
}
