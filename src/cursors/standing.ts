import type { Roster, User } from '../presence';
import type { CursorTracker } from './tracker';
import { readCells } from './wire';
import type { CellsState } from './wire';

/** Where somebody is in a notebook. */
export interface Standing {
  readonly client: number;
  readonly user: User;
  /** The id of the cell that this person is in. */
  readonly cell: string;
  /** The ids of other cells that this person has selected. */
  readonly selected: readonly string[];
  readonly mode: CellsState['mode'];
  /** Where the caret is in the cell's text, in UTF-16 code units, while this person writes. */
  readonly offset: number | null;
}

/** The others at one cell. */
export interface CellMark {
  /** Those who are in the cell, each person once. */
  readonly here: readonly User[];
  /** The colours of all who are in the cell or have selected it. */
  readonly colors: readonly string[];
}

/**
 * Where all others are, as far as they say. `cellOf` finds the cell of a shared text: clients that
 * say nothing of cells are where their cursor is.
 */
export function standings(
  tracker: CursorTracker,
  cellOf: (text: object) => string | undefined
): readonly Standing[] {
  const { peers }: Roster = tracker.roster;
  const found: Standing[] = [];
  for (const [client, { user, state }] of peers) {
    const ranges = tracker.rangesOf(client);
    const caret = ranges.find(({ primary }) => primary) ?? ranges[0];
    const written = caret && cellOf(caret.text);
    const cells = readCells(state.cells);
    const cell = cells?.active ?? written;
    if (cell !== undefined) {
      const mode = cells?.mode ?? 'edit';
      const offset = caret !== undefined && written === cell ? caret.head : null;
      found.push({ client, user, cell, selected: cells?.selected ?? [], mode, offset });
    }
  }
  return found;
}

/** What to mark each cell with, by its id. */
export function cellMarks(all: readonly Standing[]): ReadonlyMap<string, CellMark> {
  const marks = new Map<string, { here: User[]; colors: Set<string> }>();
  const markOf = (cell: string) => {
    const mark = marks.get(cell) ?? { here: [], colors: new Set<string>() };
    marks.set(cell, mark);
    return mark;
  };
  for (const { user, cell, selected } of all) {
    const { here } = markOf(cell);
    if (!here.some(({ username }) => username === user.username)) {
      here.push(user);
    }
    new Set([cell, ...selected]).forEach(id => markOf(id).colors.add(user.color));
  }
  return new Map([...marks].map(([id, { here, colors }]) => [id, { here, colors: [...colors] }]));
}

export type Where = 'above' | 'below';

/** Those who are out of sight on one side, the nearest first, each person once. */
export interface Beyond {
  readonly above: readonly Standing[];
  readonly below: readonly Standing[];
}

/**
 * Who is out of sight. `where` says on which side somebody is, and how far away in whatever unit;
 * null for those who are in sight, or nowhere.
 */
export function beyond(
  all: readonly Standing[],
  where: (standing: Standing) => { readonly side: Where; readonly distance: number } | null
): Beyond {
  const far = all.map(standing => ({ standing, at: where(standing) }));
  const inSight = new Set(
    far.filter(({ at }) => at === null).map(({ standing }) => standing.user.username)
  );
  const on = (side: Where) => {
    const there = far
      .flatMap(({ standing, at }) => (at?.side === side ? [{ standing, at }] : []))
      .sort((one, other) => one.at.distance - other.at.distance);
    const names = new Set(inSight);
    return there.flatMap(({ standing }) => {
      const { username } = standing.user;
      const isNew = !names.has(username);
      names.add(username);
      return isNew ? [standing] : [];
    });
  };
  return { above: on('above'), below: on('below') };
}
