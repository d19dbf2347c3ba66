import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { isLoopback } from '../address';
import type { ServerInfo } from '../api';

/** Why the server did not do what it was asked, in words for people. */
export function reasonOf(error: unknown, trans: TranslationBundle): string {
  if (error instanceof ServerConnection.ResponseError && error.response.status === 403) {
    return trans.__('You may not share anything of this server: %1', error.message);
  }
  if (error instanceof ServerConnection.NetworkError) {
    return trans.__('The server cannot be reached. Try again when it is.');
  }
  return error instanceof Error ? error.message : String(error);
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
