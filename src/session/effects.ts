import type { ClientMessage } from '../protocol';
import type { Room, SessionState } from './state';

/** How many local edits news heed: what is deleted by who has just done so was there for them. */
export const ALL_EDITS = Infinity;

/** What a session wants done. The driver performs these in order. */
export type Effect =
  /** Ask which room the document at `path` has; ends in `asked` or `askFailed`. */
  | { readonly type: 'ask'; readonly path: string }
  /** Open a socket, showing the history that we hold; ends in `opened` or `lost`. */
  | { readonly type: 'open'; readonly room: Room | string; readonly lineage: string | null }
  /** Let go of the socket or the question under way; nothing more is heard of either. */
  | { readonly type: 'hangUp' }
  | { readonly type: 'send'; readonly message: ClientMessage }
  | { readonly type: 'sendStateVector' }
  /** Send all that a document with this state vector lacks. */
  | { readonly type: 'sendMissing'; readonly stateVector: Uint8Array }
  /** Offer our history to a server that has none of this document. */
  | { readonly type: 'sendAdopt' }
  /** Send these updates as one. */
  | { readonly type: 'sendEdits'; readonly updates: readonly Uint8Array[] }
  | { readonly type: 'sendPresence' }
  /** Make our presence new, since others forgot us with the last connection; then it is sent. */
  | { readonly type: 'announce' }
  /**
   * What came from the server, as one. What it deletes of the first `heeded` local edits was there for who
   * has deleted it, or for the room; what it deletes of others may have come to the room too late.
   */
  | {
      readonly type: 'apply';
      readonly updates: readonly Uint8Array[];
      readonly heeded: number;
    }
  /** All that was applied so far is in the file, and so are the first `edits` local edits. */
  | { readonly type: 'filed'; readonly edits: number }
  | { readonly type: 'applyPresence'; readonly update: Uint8Array }
  /** Nobody can be seen without a connection. */
  | { readonly type: 'forgetPeers' }
  | { readonly type: 'settleSave'; readonly id: number; readonly result: SaveResult };

export type SaveResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly message: string };

export type Step = readonly [SessionState, readonly Effect[]];

export function step(state: SessionState, ...effects: Effect[]): Step {
  return [state, effects];
}

/** Go on from where `first` ended. */
export function andThen([state, effects]: Step, next: (state: SessionState) => Step): Step {
  const [result, more] = next(state);
  return [result, [...effects, ...more]];
}
