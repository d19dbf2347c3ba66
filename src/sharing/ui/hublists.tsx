import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { HubCode, HubShare } from '../hubapi';
import { ConfirmedButton } from './confirmed';

interface ListProps {
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
}

interface CodesProps extends ListProps {
  /** `null` as long as they are not known. */
  readonly codes: readonly HubCode[] | null;
  readonly revoke: (id: string) => Promise<unknown>;
}

/** The links that can still be accepted. */
export function HubCodeList({ codes, isBusy, trans, revoke }: CodesProps): React.JSX.Element {
  return (
    <section aria-labelledby="jp-CollabShare-codes">
      <h3 id="jp-CollabShare-codes">{trans.__('Links that can be accepted')}</h3>
      {codes?.length === 0 && <p>{trans.__('There are none.')}</p>}
      <ul className="jp-CollabShare-links">
        {(codes ?? []).map(code => {
          const name = trans.__('Link of %1', sayTime(code.created));
          return (
            <li key={code.id}>
              <div className="jp-CollabShare-link">
                <strong>{name}</strong>
                <span>
                  {code.expires === null
                    ? trans.__('valid until revoked')
                    : trans.__('valid until %1', sayTime(code.expires))}
                </span>
                <span>
                  {code.used === 0
                    ? trans.__('accepted by nobody')
                    : trans._n('accepted by %1 person', 'accepted by %1 people', code.used)}
                </span>
              </div>
              <ConfirmedButton
                label={trans.__('Revoke')}
                fullLabel={trans.__('Revoke %1', name)}
                question={trans.__('Let nobody else in by it?')}
                isBusy={isBusy}
                trans={trans}
                act={async () => revoke(code.id)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface SharesProps extends ListProps {
  readonly shares: readonly HubShare[] | null;
  /** Resolves to whether it was done. */
  readonly withdraw: (share: HubShare) => Promise<boolean>;
}

/** Whom the Hub lets use this server. */
export function HubShareList({ shares, isBusy, trans, withdraw }: SharesProps): React.JSX.Element {
  const heading = React.useRef<HTMLHeadingElement>(null);
  const [said, say] = React.useState('');
  const act = async (share: HubShare) => {
    if (await withdraw(share)) {
      say(trans.__('%1 has no access any more.', nameOfShare(share, trans)));
      heading.current?.focus();
    }
  };
  return (
    <section aria-labelledby="jp-CollabShare-access">
      <h3 id="jp-CollabShare-access" ref={heading} tabIndex={-1}>
        {trans.__('People who have accepted')}
      </h3>
      {shares?.length === 0 && <p>{trans.__('There are none.')}</p>}
      <ul className="jp-CollabShare-links">
        {(shares ?? []).map(share => {
          const name = nameOfShare(share, trans);
          return (
            <li key={`${share.kind}:${share.name}`}>
              <div className="jp-CollabShare-link">
                <strong>{name}</strong>
                <span>{trans.__('since %1', sayTime(share.created))}</span>
              </div>
              <ConfirmedButton
                label={trans.__('Withdraw')}
                fullLabel={trans.__('Withdraw the access of %1', name)}
                question={trans.__('Take the access from them?')}
                isBusy={isBusy}
                trans={trans}
                act={async () => act(share)}
              />
            </li>
          );
        })}
      </ul>
      <p className="jp-CollabShare-said" role="status">
        {said}
      </p>
    </section>
  );
}

function nameOfShare({ kind, name }: HubShare, trans: TranslationBundle): string {
  return kind === 'group' ? trans.__('Group %1', name) : name;
}

function sayTime(seconds: number): string {
  return Time.format(new Date(seconds * 1000));
}
