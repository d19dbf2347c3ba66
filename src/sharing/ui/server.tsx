import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { addressOf, withToken } from '../address';
import type { SectionProps, ShareSection } from '../section';
import type { Subject } from '../subject';
import { CopyField } from './copyfield';
import { Warning } from './notes';
import { outOfReach, wayIn } from './words';

/** The link to the whole server; on a JupyterHub `hubSection` is in its place. */
export const serverSection: ShareSection = {
  id: 'server',
  label: trans => trans.__('Whole Server'),
  isOffered: ({ hub }) => hub === null,
  Body: ServerPart
};

function ServerPart({ info, subject, page, trans }: SectionProps): React.JSX.Element {
  const { token } = info.server;
  const [isIncluded, setIncluded] = React.useState(true);
  if (!info.serverLinks) {
    return <SwitchedOff trans={trans} />;
  }
  const address = addressOf(page, subject, info.file);
  const link = token !== null && isIncluded ? withToken(address, token) : address;
  return (
    <>
      <WhatServerGives subject={subject} trans={trans} />
      {token !== null && (
        <label className="jp-CollabShare-check">
          <input
            type="checkbox"
            checked={isIncluded}
            aria-label={trans.__('Include the token')}
            aria-describedby="jp-CollabShare-token"
            onChange={event => setIncluded(event.target.checked)}
          />
          <span>
            {trans.__('Include the token')}
            <small id="jp-CollabShare-token">
              {trans.__(
                'The token gives everything on this server, to everybody to whom the link is passed on, until the token is changed.'
              )}
            </small>
          </span>
        </label>
      )}
      <CopyField label={trans.__('Link to the whole server')} value={link} trans={trans} />
      <p>{wayIn(info.server, link !== address, trans)}</p>
      <Warning text={outOfReach(address, info.server, trans)} />
    </>
  );
}

interface WordsProps {
  readonly trans: TranslationBundle;
}

/** What is to be known before one lets somebody in. */
export function WhatServerGives(
  props: WordsProps & { readonly subject: Subject | null }
): React.JSX.Element {
  const { subject, trans } = props;
  return (
    <p title={subject?.path}>
      {subject === null
        ? trans.__('A link to this server.')
        : trans.__('A link to %1 on this server.', PathExt.basename(subject.path))}{' '}
      <strong>
        {trans.__(
          'Who gets in has everything on it: all files, kernels, terminals and settings, as you do.'
        )}
      </strong>
    </p>
  );
}

export function SwitchedOff({ trans }: WordsProps): React.JSX.Element {
  return <p>{trans.__('The administrator of this server has switched off links to all of it.')}</p>;
}
