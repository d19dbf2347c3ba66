import type { Doc } from 'yjs';

import { findPosition } from '../presence';
import type { SharedRange } from './wire';

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
  const [anchor, head] = [findPosition(range.anchor, doc), findPosition(range.head, doc)];
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
