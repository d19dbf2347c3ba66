import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Link } from '../api';
import { ConfirmedButton } from './confirmed';
import { nameOfLink, sayRole } from './words';

interface Props {
  /** `null` as long as they are not known. */
  readonly links: readonly Link[] | null;
  readonly problem: string | null;
  /** Whether they are of several documents. */
  readonly hasPaths: boolean;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  /** Resolves to whether it was done. */
  readonly revoke: (id: string) => Promise<boolean>;
}

/** The links that there are, and who is in by them now. */
export function LinkList(props: Props): React.JSX.Element {
  const { links, problem, hasPaths, trans } = props;
  const heading = React.useRef<HTMLHeadingElement>(null);
  const [said, say] = React.useState('');
  const revoke = async (link: Link) => {
    if (await props.revoke(link.id)) {
      say(trans.__('“%1” was revoked. Whoever was in by it is out.', nameOfLink(link, trans)));
      heading.current?.focus();
    }
  };
  return (
    <section aria-labelledby="jp-CollabShare-links">
      <h3 id="jp-CollabShare-links" ref={heading} tabIndex={-1}>
        {hasPaths
          ? trans.__('Links to documents of this server')
          : trans.__('Links to this document')}
      </h3>
      {problem !== null && (
        <p className="jp-CollabShare-error" role="alert">
          {trans.__('It is not known which links there are now: %1', problem)}
        </p>
      )}
      {links?.length === 0 && <p>{trans.__('There are none.')}</p>}
      <ul className="jp-CollabShare-links">
        {(links ?? []).map(link => (
          <Item key={link.id} {...props} link={link} revoke={async () => revoke(link)} />
        ))}
      </ul>
      <p className="jp-CollabShare-said" role="status">
        {said}
      </p>
    </section>
  );
}

interface ItemProps {
  readonly link: Link;
  readonly hasPaths: boolean;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  readonly revoke: () => Promise<void>;
}

function Item({ link, hasPaths, isBusy, trans, revoke }: ItemProps): React.JSX.Element {
  const name = nameOfLink(link, trans);
  const people = link.people.map(person => person.name);
  return (
    <li>
      <div className="jp-CollabShare-link">
        <strong>{name}</strong>
        {link.name !== '' && <span>{sayRole(link.role, trans)}</span>}
        {hasPaths && <span>{link.path}</span>}
        <span>{sayTimes(link, trans)}</span>
        <span className="jp-CollabShare-people">
          {people.length === 0
            ? trans.__('Nobody is in now.')
            : trans.__('In now: %1', people.join(', '))}
        </span>
      </div>
      <ConfirmedButton
        label={trans.__('Revoke')}
        fullLabel={trans.__('Revoke %1', name)}
        question={trans.__('Revoke it for good?')}
        isBusy={isBusy}
        trans={trans}
        act={revoke}
      />
    </li>
  );
}

function sayTimes({ expires, lastUsed }: Link, trans: TranslationBundle): string {
  const end =
    expires === null
      ? trans.__('valid until revoked')
      : trans.__('valid until %1', Time.format(new Date(expires * 1000)));
  return lastUsed === null
    ? trans.__('%1, never used', end)
    : trans.__('%1, last used %2', end, Time.formatHuman(new Date(lastUsed * 1000)));
}
