import * as Y from 'yjs';

import { Edits, undoOf } from '../rebase';

/** What a frame has besides its update, and more. */
const FRAME = 64;

/** The largest update, in bytes, that fits into a frame of `frame` bytes. */
export function largestUpdate(frame: number): number {
  return Math.max(0, frame - FRAME);
}

/**
 * What `doc` has beyond `since`, without the content of what has been deleted: the undo history
 * keeps that in the document, and nobody else needs it.
 */
export function smallest(doc: Y.Doc, since: Uint8Array): Uint8Array {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  const update = Y.encodeStateAsUpdate(copy, since);
  copy.destroy();
  return update;
}

/** The state of `doc` as it was before our own `update`. */
export function stateBefore(doc: Y.Doc, update: Uint8Array): Uint8Array {
  const clocks = Y.decodeStateVector(Y.encodeStateVector(doc));
  for (const { client, clock } of Edits.of(update).inserted) {
    clocks.set(client, Math.min(clock, clocks.get(client) ?? 0));
  }
  return Y.encodeStateVector(clocks);
}

/** Undo `update` as a person would, in one transaction of `origin`. */
export function takeBack(doc: Y.Doc, update: Uint8Array, origin: unknown): void {
  Y.applyUpdate(doc, undoOf(doc, Edits.of(update)), origin);
}
