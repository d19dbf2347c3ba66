import type { DocumentChange, YDocument } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { readContent } from './content';
import type { Difference } from './content';
import { rewind } from './unsynced';

type Model = YDocument<DocumentChange>;

/** Part of a document that was kept; those that are `own` are not known to be in its file. */
interface Piece {
  readonly kind: string;
  readonly update: Uint8Array;
}

/**
 * What a person has changed in a document of which all `pieces` were kept. The two empty models
 * of its kind are filled; raises where the pieces cannot be read.
 */
export function differenceOf(
  models: { readonly base: Model; readonly mine: Model },
  pieces: readonly Piece[]
): Difference {
  const { base, mine } = models;
  const own = pieces.filter(({ kind }) => kind === 'own').map(({ update }) => update);
  Y.applyUpdate(mine.ydoc, Y.mergeUpdates(pieces.map(({ update }) => update)));
  rewind(base.ydoc, mine.ydoc, own.length === 0 ? null : Y.mergeUpdates(own));
  return { base: readContent(base), mine: readContent(mine) };
}
