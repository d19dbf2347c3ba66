import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import { matchByContent, matchById, movedCells } from './cells';
import { mergeText, uniteText } from './texts';
import type { Hunk } from './texts';

/** A cell as plain data. What else it has (outputs, attachments...) is compared as a whole. */
export interface Cell {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly metadata: Values;
  readonly parts: Values;
}

export interface Notebook {
  /** Whether the file keeps the ids of cells (nbformat 4.5 and later). */
  readonly keepsIds: boolean;
  readonly metadata: Values;
  readonly cells: readonly Cell[];
}

export type Values = { readonly [key: string]: ReadonlyPartialJSONValue | undefined };

/** One change of a notebook. Ids are those of the notebook that is changed. */
export type NotebookEdit =
  /** Put `cell` behind the one with the id `after`, or first. */
  | { readonly type: 'insert'; readonly after: string | null; readonly cell: Cell }
  | { readonly type: 'delete'; readonly id: string }
  | { readonly type: 'move'; readonly id: string; readonly after: string | null }
  /** Make it another kind of cell, with this source. */
  | { readonly type: 'convert'; readonly id: string; readonly cell: Cell }
  | { readonly type: 'source'; readonly id: string; readonly hunks: readonly Hunk[] }
  | { readonly type: 'metadata'; readonly id: string | null; readonly changes: Changes }
  | { readonly type: 'parts'; readonly id: string; readonly changes: Changes };

/** New values by key; `undefined` where the key is gone. */
export type Changes = Values;

/**
 * What has to be done to `theirs` so that it has the changes from `base` to `mine` as well. `young`
 * has the cells that others may have brought into `theirs`, and what is in them without mine.
 *
 * Nobody's writing is thrown away: a cell that one side deleted and the other changed stays.
 * What both sides set to different values, such as outputs, is as it is in `mine`.
 */
export function mergeNotebook(
  base: Notebook,
  mine: Notebook,
  theirs: Notebook,
  young: ReadonlyMap<string, string> = new Map()
): NotebookEdit[] {
  const merge = new NotebookMerge(base, mine, theirs, young);
  return merge.run();
}

class NotebookMerge {
  constructor(
    private readonly _base: Notebook,
    private readonly _mine: Notebook,
    private readonly _theirs: Notebook,
    private readonly _young: ReadonlyMap<string, string>
  ) {
    // A file may have got ids, by another program, since mine was made: those that mine has are none of its.
    const match = _mine.keepsIds && _theirs.keepsIds ? matchById : matchByContent;
    this._counterparts = match(_base.cells, _mine.cells, _theirs.cells);
    this._moved = movedCells(_base.cells, _mine.cells);
    this._baseById = byId(_base.cells);
    this._theirsById = byId(_theirs.cells);
  }

  run(): NotebookEdit[] {
    this._edit('metadata', null, this._base.metadata, this._mine.metadata, this._theirs.metadata);
    let after: string | null = null;
    for (const cell of this._mine.cells) {
      after = this._place(cell, after);
    }
    this._base.cells.forEach(cell => this._deleteIfGone(cell));
    return this._edits;
  }

  /** Bring one cell of mine into theirs; returns the id behind which the next one belongs. */
  private _place(cell: Cell, after: string | null): string | null {
    const base = this._baseById.get(cell.id);
    const theirs = this._counterpartOf(cell.id);
    if (theirs !== undefined) {
      this._update(base, cell, theirs, after);
      return theirs.id;
    }
    if (base !== undefined && isSameCell(base, cell)) {
      // They deleted it, and I had nothing to say about it.
      return after;
    }
    this._edits.push({ type: 'insert', after: this._behindTheirs(after), cell });
    return cell.id;
  }

  /** Of what both sides have added behind one cell, theirs comes first. */
  private _behindTheirs(after: string | null): string | null {
    const matched = new Set(this._counterparts.values());
    const { cells } = this._theirs;
    let place = after === null ? -1 : cells.findIndex(({ id }) => id === after);
    if (after !== null && place < 0) {
      return after;
    }
    for (let next = cells[place + 1]; next && !matched.has(next.id); next = cells[++place + 1]) {
      after = next.id;
    }
    return after;
  }

  private _update(base: Cell | undefined, mine: Cell, theirs: Cell, after: string | null): void {
    const { id } = theirs;
    if (this._moved.has(mine.id)) {
      this._edits.push({ type: 'move', id, after });
    }
    const old = base ?? { ...mine, source: '', metadata: {}, parts: {} };
    const young = this._young.get(mine.id);
    const hunks =
      young === undefined
        ? mergeText(old.source, mine.source, theirs.source)
        : uniteText(young, mine.source, theirs.source);
    if (hunks.length > 0) {
      this._edits.push({ type: 'source', id, hunks });
    }
    if (mine.type !== old.type && mine.type !== theirs.type) {
      this._edits.push({ type: 'convert', id, cell: mine });
      return;
    }
    this._edit('metadata', id, old.metadata, mine.metadata, theirs.metadata);
    this._edit('parts', id, old.parts, mine.parts, theirs.parts);
  }

  private _edit(
    type: 'metadata' | 'parts',
    id: string | null,
    base: Values,
    mine: Values,
    theirs: Values
  ): void {
    const changes = changedValues(base, mine, theirs);
    if (Object.keys(changes).length === 0) {
      return;
    }
    if (type === 'metadata') {
      this._edits.push({ type, id, changes });
    } else if (id !== null) {
      this._edits.push({ type, id, changes });
    }
  }

  private _deleteIfGone(base: Cell): void {
    const theirs = this._counterpartOf(base.id);
    const isGone = this._mine.cells.every(({ id }) => id !== base.id);
    if (isGone && theirs !== undefined && theirs.source === base.source) {
      this._edits.push({ type: 'delete', id: theirs.id });
    }
  }

  private _counterpartOf(id: string): Cell | undefined {
    return this._theirsById.get(this._counterparts.get(id) ?? '');
  }

  private readonly _edits: NotebookEdit[] = [];
  private readonly _counterparts: ReadonlyMap<string, string>;
  private readonly _moved: ReadonlySet<string>;
  private readonly _baseById: ReadonlyMap<string, Cell>;
  private readonly _theirsById: ReadonlyMap<string, Cell>;
}

function byId(cells: readonly Cell[]): Map<string, Cell> {
  return new Map(cells.map(cell => [cell.id, cell]));
}

function isSameCell(one: Cell, other: Cell): boolean {
  return one.source === other.source && one.type === other.type;
}

/** What mine has set or removed since the base, and theirs has not as well. */
function changedValues(base: Values, mine: Values, theirs: Values): Changes {
  const keys = new Set([...Object.keys(base), ...Object.keys(mine)]);
  const changed = [...keys].filter(
    key => !isEqual(base[key], mine[key]) && !isEqual(mine[key], theirs[key])
  );
  return Object.fromEntries(changed.map(key => [key, mine[key]]));
}

function isEqual(one: Values[string], other: Values[string]): boolean {
  return one === undefined || other === undefined ? one === other : JSONExt.deepEqual(one, other);
}
