import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';

/** What a link lets people do. */
export type Role = 'view' | 'edit';

/** What can be shared, and how people get in: docs/protocol.md tells what each member means. */
export interface SharingInfo {
  readonly documentLinks: boolean;
  readonly serverLinks: boolean;
  readonly roles: readonly Role[];
  /** Seconds that a link is valid at most; `null`: until it is revoked. */
  readonly longest: number | null;
  readonly guests: boolean;
  readonly namedOnly: boolean;
  readonly server: ServerInfo;
  readonly hub: HubInfo | null;
  /** The id of the file that was asked for, by which a link follows it. */
  readonly file: string | null;
}

/** How one gets into the whole server. */
export interface ServerInfo {
  readonly login: 'token' | 'password' | 'none' | 'hub' | 'other';
  readonly token: string | null;
  /** Only this computer can reach the server. */
  readonly local: boolean;
}

/** The JupyterHub whose server this is. */
export interface HubInfo {
  readonly owner: string;
  /** The name of the server; empty for the default one. */
  readonly server: string;
  readonly user: string;
  readonly isOwner: boolean;
  readonly host: string;
  readonly prefix: string;
  /** Whether the Hub lets who asks share this server. */
  readonly canShare: boolean;
}

/** A link to one document. Times are seconds since the epoch. */
export interface Link {
  readonly id: string;
  readonly path: string;
  readonly role: Role;
  readonly name: string;
  readonly created: number;
  readonly expires: number | null;
  readonly lastUsed: number | null;
  /** It opens nothing: its document is nowhere, and `path` is where that was last. */
  readonly missing: boolean;
  readonly people: readonly { readonly username: string; readonly name: string }[];
}

/** A link that was made just now: its addresses are told this once, as paths of the server. */
export interface NewLink extends Link {
  readonly url: string;
  /** For people whom the JupyterHub has let in. */
  readonly namedUrl?: string;
  /** The Hub's page that lets people in, and goes on to the document. */
  readonly acceptUrl?: string;
}

export interface WantedLink {
  readonly path: string;
  readonly role: Role;
  /** Seconds, or `null` until it is revoked. */
  readonly expiresIn: number | null;
  readonly name: string;
  readonly format?: string;
  readonly type?: string;
}

/** The server's HTTP API of sharing. Everything rejects with words for people. */
export interface SharingApi {
  /** `path` is that of the file that is to be shared, if there is one. */
  describe(path: string | null): Promise<SharingInfo>;
  /** The links of the document at `path`, or of all documents. */
  links(path: string | null): Promise<readonly Link[]>;
  create(wanted: WantedLink): Promise<NewLink>;
  revoke(id: string): Promise<void>;
}

const ROOT = 'api/collaboration';

/** The API as the server has it. */
export class ServerSharingApi implements SharingApi {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  async describe(path: string | null): Promise<SharingInfo> {
    return (await request(this._settings, `${ROOT}/sharing${queryOf(path)}`, 'GET')) as SharingInfo;
  }

  async links(path: string | null): Promise<readonly Link[]> {
    const answer = await request(this._settings, `${ROOT}/links${queryOf(path)}`, 'GET');
    return (answer as { readonly links: readonly Link[] }).links;
  }

  async create(wanted: WantedLink): Promise<NewLink> {
    return (await request(this._settings, `${ROOT}/links`, 'POST', wanted)) as NewLink;
  }

  async revoke(id: string): Promise<void> {
    await request(this._settings, `${ROOT}/links/${id}`, 'DELETE');
  }
}

function queryOf(path: string | null): string {
  return path === null ? '' : `?path=${encodeURIComponent(path)}`;
}
