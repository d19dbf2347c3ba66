import { createAbsolutePositionFromRelativePosition, createRelativePositionFromJSON } from 'yjs';
import type { AbsolutePosition, Doc } from 'yjs';

import { members } from '../members';
import type { Peer } from './people';

/**
 * What somebody sees of a document: the first thing in sight, and how much of its height is above
 * the edge. As a share, since the same cell has another height on another screen.
 */
export interface View {
  /** The id of a cell of a notebook... */
  readonly cell?: string;
  /** ...or a relative position of Yjs in a text, as JSON. */
  readonly at?: unknown;
  /** From 0 to 1. */
  readonly share: number;
}

/** The field of a presence state that has our view. Clients that do not know it pass it over. */
export const VIEW = 'view';

/** What a peer says that it sees. */
export function viewOf({ state }: Peer): View | null {
  const { cell, at, share } = members(state[VIEW]);
  const isShare = typeof share === 'number' && share >= 0 && share <= 1;
  if (typeof cell === 'string') {
    return { cell, share: isShare ? share : 0 };
  }
  return typeof at === 'object' && at !== null ? { at, share: isShare ? share : 0 } : null;
}

/**
 * Find a relative position, as it came from somebody else, in `doc` as it is now; null where it is
 * none, or where the document does not have its place, or not yet.
 */
export function findPosition(position: unknown, doc: Doc): AbsolutePosition | null {
  try {
    const place = createRelativePositionFromJSON(position);
    // To ask for a part of the document that it does not have would make it.
    return place.tname !== null && !doc.share.has(place.tname)
      ? null
      : createAbsolutePositionFromRelativePosition(place, doc);
  } catch {
    return null; // what others send may be anything
  }
}
