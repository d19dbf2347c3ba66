import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { isLoopback } from '../address';
import type { Link, NewLink, Role, ServerInfo, SharingInfo } from '../api';
import type { Subject } from '../subject';

/** Why the server did not do what it was asked, in words for people. */
export function reasonOf(error: unknown, trans: TranslationBundle): string {
  if (error instanceof ServerConnection.NetworkError) {
    return trans.__('The server cannot be reached. Try again when it is.');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Why it is not known what can be shared. */
export function reasonOfNothing(error: unknown, trans: TranslationBundle): string {
  return error instanceof ServerConnection.ResponseError && error.response.status === 403
    ? trans.__('You may look at this server, but not change or share anything of it.')
    : reasonOf(error, trans);
}

/** What whoever opens a link to the whole server has to do to get in. */
export function wayIn({ login }: ServerInfo, hasToken: boolean, trans: TranslationBundle): string {
  switch (login) {
    case 'token':
      return hasToken
        ? trans.__('Whoever has this link is in at once, without logging in.')
        : trans.__(
            'Whoever opens it is asked for the token of this server, or has to be logged in.'
          );
    case 'password':
      return trans.__(
        'Whoever opens it is asked for the password of this server. Tell them the password in another way.'
      );
    case 'none':
      return trans.__('This server asks nobody to log in: whoever can reach it is in at once.');
    case 'hub':
      return trans.__(
        'Whoever opens it logs in at the JupyterHub, and gets in if the Hub lets them use this server.'
      );
    case 'other':
      return trans.__('Whoever opens it has to log in, in the way that this server asks for.');
  }
}

/** What a JupyterHub asks of those who open a link to a document; `null` where none does. */
export function wayInAtHub(
  { acceptUrl }: Pick<NewLink, 'acceptUrl'>,
  { guests, namedOnly }: Pick<SharingInfo, 'guests' | 'namedOnly'>,
  trans: TranslationBundle
): string | null {
  if (acceptUrl !== undefined) {
    return trans.__(
      'Whoever opens it logs in at the JupyterHub, and accepts an invitation the first time.'
    );
  }
  return namedOnly && !guests
    ? trans.__(
        'Whoever opens it logs in at the JupyterHub, and gets in if the Hub lets them use this server. “Whole Server” tells how you could let them in yourself.'
      )
    : null;
}

/** Why others cannot open an address; `null` where nothing speaks against it. */
export function outOfReach(
  address: string,
  { local }: ServerInfo,
  trans: TranslationBundle
): string | null {
  if (!isLoopback(address)) {
    return null;
  }
  return local
    ? trans.__(
        'Only this computer can open this link: the server listens on this computer only. To share it with others, start Jupyter with --ip and an address of this computer in the network, or behind a proxy.'
      )
    : trans.__(
        'Only this computer can open this link, as the address begins with %1. To share it with others, open Jupyter at an address by which they reach it, and copy the link there.',
        new URL(address).hostname
      );
}

/** What whoever has a link to a document may do with it. */
export function sayRole(role: Role, trans: TranslationBundle): string {
  return role === 'view' ? trans.__('can view') : trans.__('can edit');
}

/** The same at length, with what is to be known before one gives such a link. */
export function describeRole(role: Role, trans: TranslationBundle): string {
  return role === 'view'
    ? trans.__('They see the document, and what others do in it, as it happens.')
    : trans.__(
        'They write text and cells. They never run code, but they can write code that you run: look at what has changed before you run a cell.'
      );
}

/** By what people tell links from each other. */
export function nameOfLink({ name, role }: Link, trans: TranslationBundle): string {
  if (name !== '') {
    return name;
  }
  return role === 'view' ? trans.__('Link to view') : trans.__('Link to edit');
}

/** Why there can be no link to `subject` alone, and what to do; `null` where there can. */
export function obstacleTo(subject: Subject | null, trans: TranslationBundle): string | null {
  if (subject === null) {
    return trans.__(
      'To make a link to a document, open it, or choose “Share…” in its menu in the file browser.'
    );
  }
  switch (subject.obstacle) {
    case null:
      return null;
    case 'directory':
      return trans.__(
        '%1 is a folder. Links can be made to documents, one by one, or to the whole server.',
        subject.path
      );
    case 'binary':
      return trans.__(
        '%1 is neither a notebook nor text, so it cannot be opened together. Share the whole server, or send the file.',
        subject.path
      );
    case 'other-drive':
      return trans.__(
        '%1 is not one of the files of this server, so it cannot be opened together.',
        subject.path
      );
    case 'alone':
      return trans.__(
        '%1 is not open together with others here, so there can be no link to it. Open it with the editor, or as a notebook.',
        subject.path
      );
  }
}
