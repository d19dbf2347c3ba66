import type { Access, Refusal, Status } from '../protocol';

/** What a session is about: a document, or a room where people are only present. */
export type Subject =
  | { readonly kind: 'document'; readonly format: string; readonly contentType: string }
  | { readonly kind: 'presence'; readonly room: string };

/** A document's room as the server named it; the name outlives renames of the file. */
export interface Room {
  readonly format: string;
  readonly type: string;
  readonly fileId: string;
  /** The path that was asked about. */
  readonly path: string;
  /** The history that the room had when the server named it. */
  readonly lineage: string | null;
}

/** An open socket whose hello was accepted, and what was said on it. */
export interface Wire {
  /** When the server was last heard. */
  readonly heard: number;
  readonly ping: PendingPing | null;
  readonly pings: number;
  /** How many of our step 2 and update frames are durable. */
  readonly acked: number;
  /** For each frame that is not durable yet: how many local edits are durable once it is. */
  readonly frames: readonly number[];
  /** Local updates that wait for the next flush. */
  readonly outbox: readonly Uint8Array[];
  /** Whether our presence has changed since it was last sent. */
  readonly presenceStale: boolean;
  readonly flushedAt: number;
  readonly flushAt: number | null;
}

/** What the server has to answer: a ping or, while we catch up, our step 1. */
export interface PendingPing {
  readonly number: number;
  readonly sentAt: number;
  /** Bytes that had not left this machine then: while they go down, the line is alive. */
  readonly backlog: number;
}

/** Where the session stands. A member exists only where it means something. */
export type Link =
  | { readonly kind: 'idle' }
  /** Asking over HTTP which room the document has. */
  | { readonly kind: 'asking'; readonly since: number }
  /** The socket is being opened. */
  | { readonly kind: 'connecting'; readonly since: number }
  /**
   * The socket is open, and the server has not said hello yet; or, where it was `offered` our
   * history, not said whether it takes it.
   */
  | { readonly kind: 'greeting'; readonly since: number; readonly offered: boolean }
  /** Catching up: what we lack (`received`) and what the server lacks (`sent`). */
  | {
      readonly kind: 'syncing';
      readonly wire: Wire;
      /** The history of the room: ours too, as soon as anything of it is applied. */
      readonly lineage: string;
      readonly received: boolean;
      readonly sent: boolean;
      /** What came before the step 2 that it may stand on. */
      readonly early: readonly Uint8Array[];
    }
  /** Live. That all edits are durable is another question: see `unsynced`. */
  | { readonly kind: 'synced'; readonly wire: Wire; readonly since: number }
  | { readonly kind: 'offline'; readonly until: number }
  /** The file was there once and is not any more. */
  | { readonly kind: 'missing'; readonly until: number }
  /** The server does not want us; only a person's wish, or a new login, leads on. */
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly message: string;
      readonly detail?: string;
    }
  /** The room continues another history than ours: nothing may be synced (rule L4). */
  | { readonly kind: 'diverged'; readonly lineage: string }
  | { readonly kind: 'closed' };

export interface SessionState {
  readonly subject: Subject;
  readonly link: Link;
  readonly path: string;
  /** What the file was called before someone else than the room told us of a new name. */
  readonly oldPath: string | null;
  readonly room: Room | null;
  /** The history that the local document holds; `null` while it holds nothing of the server's. */
  readonly lineage: string | null;
  /**
   * Whether the document has come in part only: it may be shown and written in, but what has outputs
   * that are still coming may not be run or moved.
   */
  readonly partial: boolean;
  readonly access: Access;
  readonly status: Status | null;
  /** What the server complained about on this connection. */
  readonly refusal: Refusal | null;
  /** Local transactions, ever; and how many of them are known to be durable. */
  readonly edits: { readonly made: number; readonly durable: number };
  /** Saves that were asked for and not answered; they outlive the connection. */
  readonly saves: readonly number[];
  /** Connections that failed since the last one that held. */
  readonly attempt: number;
}

/** The state of a session that has not been started. */
export function idle(subject: Subject, path = ''): SessionState {
  return {
    subject,
    link: { kind: 'idle' },
    path,
    oldPath: null,
    room: null,
    lineage: null,
    partial: false,
    access: 'edit',
    status: null,
    refusal: null,
    edits: { made: 0, durable: 0 },
    saves: [],
    attempt: 0
  };
}

/** How many local edits exist in this browser only. Viewers have none that will ever be sent. */
export function unsynced({ access, edits }: SessionState): number {
  return access === 'view' ? 0 : edits.made - edits.durable;
}

/** The open connection, if there is one. */
export function wireOf({ link }: SessionState): Wire | null {
  return link.kind === 'syncing' || link.kind === 'synced' ? link.wire : null;
}
