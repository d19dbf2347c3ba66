import type { ServerMessage } from '../protocol';
import type { Room } from './state';

/** What the driver stamps on everything: the reducer has no clock and no dice of its own. */
export interface Moment {
  /** Now, in milliseconds. */
  readonly at: number;
  /** A random number from 0 to 1. */
  readonly luck: number;
  /** How many bytes we have sent that have not left this machine. */
  readonly backlog: number;
}

/** Everything that a session is told. */
export type Occurrence =
  | { readonly type: 'started' }
  /** The server named the document's room, and the history that it continues. */
  | { readonly type: 'asked'; readonly room: Room }
  | { readonly type: 'askFailed'; readonly failure: AskFailure }
  | { readonly type: 'opened' }
  | { readonly type: 'received'; readonly message: ServerMessage }
  /** The server sent something that cannot be understood or applied. */
  | { readonly type: 'garbled' }
  | { readonly type: 'lost'; readonly code: number; readonly reason: string }
  /** What has to be sent is larger than the server takes. */
  | { readonly type: 'oversized' }
  /** A local transaction changed the document. */
  | { readonly type: 'edited'; readonly update: Uint8Array }
  /**
   * The document has been filled with what this browser kept of a history, before there was a
   * connection; `edits` of the changes in it are ours, and not known to be durable.
   */
  | { readonly type: 'restored'; readonly lineage: string; readonly edits: number }
  /** Our own presence has changed. */
  | { readonly type: 'moved' }
  | { readonly type: 'saveAsked'; readonly id: number }
  /** The file has another name, as this browser was told by someone else than the room. */
  | { readonly type: 'renamed'; readonly path: string }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'visible' }
  /** The page may be gone in a moment. */
  | { readonly type: 'hidden' }
  | { readonly type: 'reconnectAsked' }
  /** A deadline has come. */
  | { readonly type: 'ticked' }
  | { readonly type: 'closed' };

export type SessionEvent = Occurrence & Moment;

/** Why the server named no room. */
export type AskFailure =
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'unreachable' };
