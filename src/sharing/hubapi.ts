import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';

/** A code by which a JupyterHub lets people in. Times are seconds since the epoch. */
export interface HubCode {
  readonly id: string;
  readonly created: number;
  readonly expires: number | null;
  /** How many people have accepted it. */
  readonly used: number;
  /** The link to a document to which it leads, and with which it ends. */
  readonly link: string | null;
}

/** A code that was made just now: its address is told this once. */
export interface NewHubCode extends Omit<HubCode, 'link'> {
  /** The Hub's page where it is accepted, as a path of the Hub or an address. */
  readonly url: string;
}

/** Somebody whom the Hub lets use this server. */
export interface HubShare {
  readonly kind: 'user' | 'group';
  readonly name: string;
  readonly created: number;
}

export interface HubAccess {
  readonly codes: readonly HubCode[];
  readonly shares: readonly HubShare[];
}

/** The server's HTTP API of the shares of a JupyterHub. Everything rejects with words for people. */
export interface HubSharesApi {
  access(): Promise<HubAccess>;
  /** A code that is valid for so many seconds. */
  createCode(expiresIn: number): Promise<NewHubCode>;
  revokeCode(id: string): Promise<void>;
  withdraw(share: HubShare): Promise<void>;
}

const ROOT = 'api/collaboration/hub';

/** The API as the server has it. */
export class ServerHubSharesApi implements HubSharesApi {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  async access(): Promise<HubAccess> {
    return (await request(this._settings, `${ROOT}/shares`, 'GET')) as HubAccess;
  }

  async createCode(expiresIn: number): Promise<NewHubCode> {
    return (await request(this._settings, `${ROOT}/codes`, 'POST', { expiresIn })) as NewHubCode;
  }

  async revokeCode(id: string): Promise<void> {
    await request(this._settings, `${ROOT}/codes/${id}`, 'DELETE');
  }

  async withdraw({ kind, name }: HubShare): Promise<void> {
    await request(this._settings, `${ROOT}/shares/${kind}/${encodeURIComponent(name)}`, 'DELETE');
  }
}
