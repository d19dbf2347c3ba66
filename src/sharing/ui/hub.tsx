import * as React from 'react';

import { addressOf } from '../address';
import type { HubSharesApi } from '../hubapi';
import { HUB_CONFIGURATION } from '../hubconfig';
import type { SectionProps, ShareSection } from '../section';
import { CopyField } from './copyfield';
import { HubAccess } from './hubaccess';
import { Warning } from './notes';
import { SwitchedOff, WhatServerGives } from './server';
import { outOfReach, wayIn } from './words';

/** The whole server on a JupyterHub, which lets people in by its shares. */
export function hubSection(shares: HubSharesApi): ShareSection {
  return {
    id: 'server',
    label: trans => trans.__('Whole Server'),
    isOffered: ({ hub }) => hub !== null,
    Body: props => <HubPart {...props} shares={shares} />
  };
}

interface Props extends SectionProps {
  readonly shares: HubSharesApi;
}

function HubPart(props: Props): React.JSX.Element {
  const { info, subject, trans } = props;
  const isShared = info.serverLinks && !info.namedOnly;
  if (!isShared && !info.namedOnly) {
    return <SwitchedOff trans={trans} />;
  }
  return (
    <>
      {isShared ? (
        <WhatServerGives subject={subject} trans={trans} />
      ) : (
        <p>
          {trans.__(
            'Everybody but you gets nothing of this server but the documents whose links you give them, whatever the JupyterHub lets them use.'
          )}
        </p>
      )}
      {info.hub?.canShare === true ? (
        <HubAccess {...props} isShared={isShared} />
      ) : (
        <WithoutScope {...props} />
      )}
    </>
  );
}

/** For those whom the Hub does not let share: the plain address, and what would change that. */
function WithoutScope({ info, subject, page, trans }: SectionProps): React.JSX.Element {
  const address = addressOf(page, subject, info.file);
  return (
    <>
      {!info.namedOnly && (
        <>
          <CopyField label={trans.__('Link to the whole server')} value={address} trans={trans} />
          <p>{wayIn(info.server, false, trans)}</p>
          <Warning text={outOfReach(address, info.server, trans)} />
        </>
      )}
      {info.hub?.isOwner === false ? (
        <p>{trans.__('Only %1, whose server this is, can let others in.', info.hub.owner)}</p>
      ) : (
        <>
          <p>
            {trans.__(
              'The JupyterHub does not let you let others in. So that owners of servers can, an administrator adds these two lines to jupyterhub_config.py; it holds for servers that are started after that, once you have logged in again.'
            )}
          </p>
          <CopyField
            label={trans.__('Configuration of the JupyterHub')}
            value={HUB_CONFIGURATION}
            isText
            trans={trans}
          />
        </>
      )}
    </>
  );
}
