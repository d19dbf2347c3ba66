import * as Y from 'yjs';

import type { Text } from './carry';
import { Edits } from './edits';
import { lastValue, typeOf, wasThere } from './items';
import { readAll } from './state';
import type { CellState } from './state';

/** The source of a cell as it was here, and as it was without the edits that are our own. */
export interface Gone extends Text {
  readonly id: string;
  readonly text: Y.Text;
  /** Whether what is carried may be that of others. */
  readonly isOfOthers?: boolean;
}

/** The source of a cell that this transaction has deleted; `edits` are our own. */
export function readDeleted(item: Y.Item, transaction: Y.Transaction, edits: Edits): Gone | null {
  const cell = typeOf(item);
  if (!(cell instanceof Y.Map)) {
    return null;
  }
  const id = lastValue(cell, 'id')?.content.getContent()[0] as unknown;
  const source = lastValue(cell, 'source');
  return source === undefined ? null : readText(id, typeOf(source), transaction, edits);
}

function readText(
  id: unknown,
  text: unknown,
  transaction: Y.Transaction,
  edits: Edits
): Gone | null {
  if (typeof id !== 'string' || !(text instanceof Y.Text)) {
    return null;
  }
  const isHere = wasThere(transaction);
  return { id, text, base: edits.rewound(text, isHere), mine: Edits.NONE.rewound(text, isHere) };
}

/** What a cell that was deleted had from a run, if edits have changed that. */
export function resultsOf(
  cell: unknown,
  transaction: Y.Transaction,
  edits: Edits
): CellState | null {
  const hasRun = (key: string) => {
    const item = cell instanceof Y.Map ? lastValue(cell, key) : undefined;
    return item !== undefined && edits.haveChanged(item);
  };
  if (!(cell instanceof Y.Map) || !['outputs', 'execution_count'].some(hasRun)) {
    return null;
  }
  const { metadata: _, attachments: __, ...results } = readAll(cell, transaction);
  return results;
}

/** The source that a cell had before somebody has put another one in its place. */
export function readReplaced(
  cell: Y.Map<unknown>,
  transaction: Y.Transaction,
  edits: Edits
): Gone | null {
  const { deleteSet, beforeState } = transaction;
  let item = lastValue(cell, 'source') ?? null;
  while (item !== null && item.id.clock >= (beforeState.get(item.id.client) ?? 0)) {
    item = item.left;
  }
  return item !== null && Y.isDeleted(deleteSet, item.id)
    ? readText(cell.get('id'), typeOf(item), transaction, edits)
    : null;
}
