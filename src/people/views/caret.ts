import type { Doc } from 'yjs';

import { resolve } from '../../cursors/resolve';
import { mainOf, readCells, readCursors } from '../../cursors/wire';
import type { Peer } from '../../presence';

/** Where the main caret of a peer is: in which shared text, and after how many code units. */
export interface Caret {
  readonly text: object;
  readonly index: number;
}

/** Where the main caret of a peer is in `doc`, if it has one there. */
export function caretOf({ state }: Peer, doc: Doc): Caret | null {
  const main = mainOf(readCursors(state.cursors));
  const found = main === undefined ? null : resolve(main, doc);
  return found === null ? null : { text: found.text, index: found.head };
}

/** The id of the cell that is active at a peer's, where their client tells it. */
export function activeCellOf({ state }: Peer): string | null {
  return readCells(state.cells)?.active ?? null;
}
