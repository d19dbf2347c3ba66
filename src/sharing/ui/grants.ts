import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Link } from '../api';
import type { HubCode, HubShare } from '../hubapi';
import type { Grant } from './grantlist';
import { nameOfLink, sayRole } from './words';

/** A link to a document; `hasPaths`: the list is about several documents. */
export function grantOfLink(
  link: Link,
  hasPaths: boolean,
  end: Grant['end'],
  trans: TranslationBundle
): Grant {
  const name = nameOfLink(link, trans);
  const people = link.people.map(person => person.name).join(', ');
  return {
    key: link.id,
    name,
    lines: [
      ...(link.name === '' ? [] : [sayRole(link.role, trans)]),
      ...(hasPaths ? [link.path] : []),
      ...(link.missing ? [trans.__('opens nothing, as its document is not there any more')] : []),
      sayTimes(link, trans),
      people === '' ? trans.__('Nobody is in now.') : trans.__('In now: %1', people)
    ],
    label: trans.__('Revoke'),
    fullLabel: trans.__('Revoke %1', name),
    question: trans.__('Revoke it for good?'),
    ended: trans.__('“%1” was revoked. Whoever was in by it is out.', name),
    end
  };
}

/** A link that can still be accepted at the JupyterHub. */
export function grantOfCode(code: HubCode, end: Grant['end'], trans: TranslationBundle): Grant {
  const name = trans.__('Link of %1', sayTime(code.created));
  return {
    key: code.id,
    name,
    lines: [
      sayEnd(code.expires, trans),
      code.used === 0
        ? trans.__('accepted by nobody')
        : trans._n('accepted by %1 person', 'accepted by %1 people', code.used)
    ],
    label: trans.__('Revoke'),
    fullLabel: trans.__('Revoke %1', name),
    question: trans.__('Let nobody else in by it?'),
    ended: trans.__('“%1” was revoked. Who has accepted it keeps the access.', name),
    end
  };
}

/** Somebody, or a group, whom the JupyterHub lets use this server. */
export function grantOfShare(share: HubShare, end: Grant['end'], trans: TranslationBundle): Grant {
  const name = share.kind === 'group' ? trans.__('Group %1', share.name) : share.name;
  return {
    key: `${share.kind}:${share.name}`,
    name,
    lines: [trans.__('since %1', sayTime(share.created))],
    label: trans.__('Withdraw'),
    fullLabel: trans.__('Withdraw the access of %1', name),
    question: trans.__('Take the access from them?'),
    ended: trans.__('%1 has no access any more.', name),
    end
  };
}

function sayTimes({ expires, lastUsed }: Link, trans: TranslationBundle): string {
  const end = sayEnd(expires, trans);
  return lastUsed === null
    ? trans.__('%1, never used', end)
    : trans.__('%1, last used %2', end, Time.formatHuman(new Date(lastUsed * 1000)));
}

function sayEnd(expires: number | null, trans: TranslationBundle): string {
  return expires === null
    ? trans.__('valid until revoked')
    : trans.__('valid until %1', sayTime(expires));
}

function sayTime(seconds: number): string {
  return Time.format(new Date(seconds * 1000));
}
