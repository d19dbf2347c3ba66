import type { DocumentChange, YDocument } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { readContent } from './content';
import type { Difference } from './content';
import { Edits } from './edits';
import { rewind } from './unsynced';

type Model = YDocument<DocumentChange>;

/**
 * Part of a document that was left. Those that are `own`, and those of `others`, are not known to
 * be in its file.
 */
interface Piece {
  readonly kind: string;
  readonly update: Uint8Array;
}

/**
 * What a person has changed in a document that was left, of which all `pieces` are known, and what
 * `doc`, which may go on with a part of its history, does not have. The two empty models of its
 * kind are filled; raises where the pieces cannot be read.
 */
export function differenceOf(
  models: { readonly base: Model; readonly mine: Model },
  pieces: readonly Piece[],
  doc: Y.Doc = new Y.Doc()
): Difference {
  const { base, mine } = models;
  const editsOf = (...kinds: string[]) => {
    const wanted = pieces.filter(({ kind }) => kinds.includes(kind));
    return Edits.of(wanted.length === 0 ? null : joined(wanted)).missingFrom(doc);
  };
  mine.ydoc.gc = false;
  Y.applyUpdate(mine.ydoc, joined(pieces));
  const own = editsOf('own');
  rewind(base.ydoc, mine.ydoc, own);
  const young = youngCells(mine.ydoc, editsOf('own', 'others'), own);
  return { base: readContent(base), mine: readContent(mine), young };
}

function joined(pieces: readonly Piece[]): Uint8Array {
  return Y.mergeUpdates(pieces.map(({ update }) => update));
}

/**
 * The cells of a document that were made since its file was saved, by id: what is in them without
 * `own` edits. Of the edits that are not known to be in the file, `unsaved` are all.
 */
function youngCells(doc: Y.Doc, unsaved: Edits, own: Edits): Map<string, string> {
  const copy = new Y.Doc();
  const known = copy.getArray('cells');
  rewind(copy, doc, unsaved);
  const old = new Set([...known].map(idOf));
  const young = new Map<string, string>();
  for (const cell of doc.getArray('cells')) {
    const id = idOf(cell);
    const source: unknown = cell instanceof Y.Map ? cell.get('source') : null;
    if (typeof id === 'string' && source instanceof Y.Text && !old.has(id)) {
      young.set(
        id,
        own.rewound(source, part => !part.deleted)
      );
    }
  }
  copy.destroy();
  return young;
}

function idOf(cell: unknown): unknown {
  return cell instanceof Y.Map ? cell.get('id') : null;
}
