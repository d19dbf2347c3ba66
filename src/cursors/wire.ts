import { createRelativePositionFromTypeIndex } from 'yjs';
import type { ID, Text } from 'yjs';

import { members } from '../members';

/** Nobody is shown with more cursors than these: who has a thousand has them for a moment. */
export const MAX_RANGES = 50;

/** Nobody is shown with more selected cells than these. */
export const MAX_CELLS = 200;

/**
 * A place in a document that stays what it is while others write, in the form in which
 * presence states hold it. Members without a value are null: readers of the field rely on it.
 */
export interface Place {
  readonly type: Id | null;
  readonly tname: string | null;
  readonly item: Id | null;
  readonly assoc: number;
}

interface Id {
  readonly client: number;
  readonly clock: number;
}

/** One of the cursors that somebody has, as a member of the `cursors` of a presence state. */
export interface SharedRange {
  readonly anchor: Place;
  readonly head: Place;
  readonly primary: boolean;
  readonly empty: boolean;
}

/** Where somebody is in a notebook, as the `cells` of a presence state. */
export interface CellsState {
  readonly mode: 'command' | 'edit';
  /** The ids of the active cell and of all selected ones. */
  readonly active: string | null;
  readonly selected: readonly string[];
}

/** A range of a text, in UTF-16 code units. */
export interface OffsetRange {
  readonly anchor: number;
  readonly head: number;
  /**
   * Below zero for a caret that belongs to the letter before it: where a line is wrapped, or where
   * the direction of writing changes, that is another place on the screen.
   */
  readonly assoc?: number;
}

/** Say a range of `text` in the form of a presence state. */
export function shareRange(text: Text, range: OffsetRange, primary: boolean): SharedRange {
  const empty = range.anchor === range.head;
  const assoc = empty && (range.assoc ?? 0) < 0 ? -1 : 0;
  return {
    anchor: placeOf(text, range.anchor, assoc),
    head: placeOf(text, range.head, assoc),
    primary,
    empty
  };
}

/** What the `cursors` of a presence state say; what is none is left out. */
export function readCursors(value: unknown): readonly SharedRange[] {
  const ranges: SharedRange[] = [];
  for (const item of Array.isArray(value) ? (value as unknown[]).slice(0, MAX_RANGES) : []) {
    const { anchor, head, primary } = members(item);
    const [from, to] = [readPlace(anchor), readPlace(head)];
    if (from !== null && to !== null) {
      const empty = JSON.stringify(from) === JSON.stringify(to);
      ranges.push({ anchor: from, head: to, primary: primary === true, empty });
    }
  }
  return ranges;
}

/** The main one of somebody's cursors, if there are any. */
export function mainOf<C extends { readonly primary: boolean }>(
  cursors: readonly C[]
): C | undefined {
  return cursors.find(({ primary }) => primary) ?? cursors[0];
}

/** What the `cells` of a presence state say, or null where they say nothing. */
export function readCells(value: unknown): CellsState | null {
  const { mode, active, selected } = members(value);
  if (mode !== 'command' && mode !== 'edit') {
    return null;
  }
  const ids = Array.isArray(selected) ? (selected as unknown[]).slice(0, MAX_CELLS) : [];
  return {
    mode,
    active: typeof active === 'string' ? active : null,
    selected: ids.filter(id => typeof id === 'string')
  };
}

function placeOf(text: Text, offset: number, assoc: number): Place {
  const { type, tname, item } = createRelativePositionFromTypeIndex(text, offset, assoc);
  return { type: idOf(type), tname, item: idOf(item), assoc };
}

/** Plain, since presence states are compared member by member. */
function idOf(id: ID | null): Id | null {
  return id && { client: id.client, clock: id.clock };
}

function readPlace(value: unknown): Place | null {
  const { type, tname, item, assoc } = members(value);
  const place = {
    type: readId(type),
    tname: typeof tname === 'string' ? tname : null,
    item: readId(item),
    assoc: typeof assoc === 'number' ? assoc : 0
  };
  const isSomewhere = place.type !== null || place.tname !== null || place.item !== null;
  return isSomewhere ? place : null;
}

function readId(value: unknown): Id | null {
  const { client, clock } = members(value);
  return isCount(client) && isCount(clock) ? { client, clock } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
