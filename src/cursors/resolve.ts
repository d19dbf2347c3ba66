import { createAbsolutePositionFromRelativePosition, createRelativePositionFromJSON } from 'yjs';
import type { AbstractType, Doc } from 'yjs';

import type { Place, SharedRange } from './wire';

/** A range of a text as it is at this moment, in UTF-16 code units. */
export interface ResolvedRange {
  /** The shared text, which nothing but its identity matters of here. */
  readonly text: object;
  readonly anchor: number;
  readonly head: number;
  readonly primary: boolean;
  /** Below zero for a caret that belongs to the letter before it. */
  readonly assoc: number;
}

/** Find a shared range; null where the document does not have its place, or not yet. */
export function resolve(range: SharedRange, doc: Doc): ResolvedRange | null {
  const [anchor, head] = [find(range.anchor, doc), find(range.head, doc)];
  return anchor === null || head?.type !== anchor.type
    ? null
    : {
        text: anchor.type,
        anchor: anchor.index,
        head: head.index,
        primary: range.primary,
        assoc: range.head.assoc
      };
}

function find(place: Place, doc: Doc): Found | null {
  // To ask for a part of the document that it does not have would make it.
  if (place.tname !== null && !doc.share.has(place.tname)) {
    return null;
  }
  return createAbsolutePositionFromRelativePosition(createRelativePositionFromJSON(place), doc);
}

type Found = { readonly type: AbstractType<unknown>; readonly index: number };
