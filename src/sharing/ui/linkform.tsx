import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Role, SharingInfo, WantedLink } from '../api';
import type { Subject } from '../subject';
import { USUAL_VALIDITY, validities } from '../validity';
import type { Validity } from '../validity';
import { ValiditySelect } from './validityselect';
import { describeRole, sayRole } from './words';

/** So many characters has the name of a link at most. */
const MAX_NAME = 100;

interface Props {
  readonly info: SharingInfo;
  readonly subject: Subject;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  /** Resolves to whether it was made. */
  readonly create: (wanted: WantedLink) => Promise<boolean>;
}

/** What a new link gives, and for how long. */
export function LinkForm({ info, subject, isBusy, trans, create }: Props): React.JSX.Element {
  const choices = validities(info.longest);
  const usual = choices.includes(USUAL_VALIDITY) ? USUAL_VALIDITY : (choices[0] ?? null);
  const [role, setRole] = React.useState<Role>(info.roles[0] ?? 'view');
  const [validity, setValidity] = React.useState<Validity>(usual);
  const [name, setName] = React.useState('');
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    const { path, room } = subject;
    const wanted = { path, role, expiresIn: validity, name: name.trim(), ...room };
    if (!isBusy && (await create(wanted))) {
      setName('');
    }
  };
  return (
    <form className="jp-CollabShare-form" onSubmit={event => void submit(event)}>
      <p title={subject.path}>
        {trans.__(
          'A link to %1, and to nothing else on this server.',
          PathExt.basename(subject.path)
        )}
      </p>
      <fieldset>
        <legend>{trans.__('Whoever has the link')}</legend>
        {info.roles.map(one => (
          <label key={one} className="jp-CollabShare-check">
            <input
              type="radio"
              name="jp-CollabShare-role"
              checked={one === role}
              aria-label={sayRole(one, trans)}
              aria-describedby={`jp-CollabShare-role-${one}`}
              onChange={() => setRole(one)}
            />
            <span>
              {sayRole(one, trans)}
              <small id={`jp-CollabShare-role-${one}`}>{describeRole(one, trans)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="jp-CollabShare-fields">
        <ValiditySelect choices={choices} value={validity} trans={trans} choose={setValidity} />
        <label>
          <span>{trans.__('Name (optional, only you see it)')}</span>
          <input
            type="text"
            className="jp-mod-styled"
            maxLength={MAX_NAME}
            placeholder={trans.__('Review by the physics group')}
            value={name}
            onChange={event => setName(event.target.value)}
          />
        </label>
        <button type="submit" className="jp-mod-styled jp-mod-accept" aria-disabled={isBusy}>
          {trans.__('Create Link')}
        </button>
      </div>
    </form>
  );
}
