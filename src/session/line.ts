import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { members } from '../members';
import type { Members } from '../members';
import { SUBPROTOCOL } from '../protocol';
import type { AskFailure } from './events';
import type { Room } from './state';

/** The two ways to the server: a question over HTTP, and a socket. */
export interface Line {
  /** Which room the document at `path` has. */
  ask(path: string): Promise<Answer>;
  open(room: Room | string, lineage: string | null): WebSocket;
  /** Whether the server does not know us any more: of a socket pages only hear that it failed. */
  isLoggedOut(): Promise<boolean>;
}

export type Answer =
  | { readonly type: 'asked'; readonly room: Room }
  | { readonly type: 'askFailed'; readonly failure: AskFailure };

const SESSION_URL = 'api/collaboration/session';
const ROOM_URL = 'api/collaboration/room';

/** The line to a Jupyter server. */
export class ServerLine implements Line {
  constructor(private readonly _options: ServerLine.IOptions) {}

  async ask(path: string): Promise<Answer> {
    const { settings, format, contentType } = this._options;
    const url = URLExt.join(settings.baseUrl, SESSION_URL, encodeURIComponent(path));
    const body = JSON.stringify({ format, type: contentType });
    try {
      const response = await ServerConnection.makeRequest(url, { method: 'PUT', body }, settings);
      return await readAnswer(response, path);
    } catch {
      return failed({ kind: 'unreachable' });
    }
  }

  /**
   * The history that we hold is shown as `sessionId`. Where we hold none, the one that the
   * server named with the room is: a server that minds must be given something.
   */
  open(room: Room | string, lineage: string | null): WebSocket {
    const { settings } = this._options;
    const { wsUrl, token, appendToken } = settings;
    const named = lineage ?? (typeof room === 'string' ? null : room.lineage);
    const query = {
      ...(named === null ? {} : { sessionId: named }),
      ...(appendToken && token !== '' ? { token } : {})
    };
    const url = URLExt.join(wsUrl, ROOM_URL, roomName(room)) + URLExt.objectToQueryString(query);
    const socket = new settings.WebSocket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    return socket;
  }

  /** Only the server's own word counts: a JupyterHub answers for one that does not run. */
  async isLoggedOut(): Promise<boolean> {
    const { settings } = this._options;
    try {
      const url = URLExt.join(settings.baseUrl, 'api/me');
      const { status, redirected } = await ServerConnection.makeRequest(url, {}, settings);
      return !redirected && (status === 401 || status === 403);
    } catch {
      return false;
    }
  }
}

export namespace ServerLine {
  export interface IOptions {
    readonly settings: ServerConnection.ISettings;
    /** How the document is read; a room of presences has neither. */
    readonly format: string;
    readonly contentType: string;
  }
}

/** Colons part the members of a name, so they stay as they are. */
function roomName(room: Room | string): string {
  const parts = typeof room === 'string' ? room.split(':') : [room.format, room.type, room.fileId];
  return parts.map(encodeURIComponent).join(':');
}

async function readAnswer(response: Response, path: string): Promise<Answer> {
  const fields = members(await response.json().catch(() => null));
  if (!response.ok) {
    return failed(explainFailure(response.status, fields));
  }
  const { format, type, fileId, sessionId } = fields;
  return typeof format === 'string' && typeof type === 'string' && typeof fileId === 'string'
    ? { type: 'asked', room: { format, type, fileId, path, lineage: asText(sessionId) } }
    : failed({ kind: 'refused', reason: 'server-error', message: '' });
}

/**
 * A proxy in front of a server that is restarting, or of many who ask, and not the server's own word;
 * 424 is that of a JupyterHub.
 */
const PASSING: ReadonlySet<number> = new Set([408, 424, 425, 429, 502, 503, 504]);

function explainFailure(status: number, fields: Members): AskFailure {
  const message = asText(fields.message) ?? '';
  const reason = asText(fields.reason);
  if (status === 404 && (reason === null || reason === 'no-such-file')) {
    return { kind: 'missing' };
  }
  if (PASSING.has(status)) {
    return { kind: 'unreachable' };
  }
  return { kind: 'refused', reason: reason ?? reasonOf(status), message };
}

function reasonOf(status: number): string {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'not-allowed';
    default:
      return status < 500 ? 'malformed' : 'server-error';
  }
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function failed(failure: AskFailure): Answer {
  return { type: 'askFailed', failure };
}
