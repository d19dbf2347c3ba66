import type { Roster, User } from '../presence';
import type { CursorTracker } from './tracker';
import { mainOf, readCells } from './wire';
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
    const caret = mainOf(ranges);
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
