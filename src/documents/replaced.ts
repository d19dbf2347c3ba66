import { YCodeCell, YMarkdownCell, YRawCell } from '@jupyter/ydoc';
import type { NotebookChange, YCellType, YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import * as Y from 'yjs';

/** Where the model of a cell keeps what the cell has under these names. */
const KEPT = { metadata: '_ymetadata', outputs: '_youtputs' } as const;

/**
 * Has the models of cells follow where somebody gives a cell another source, other metadata or
 * outputs as a whole, as by `cell["source"] = Text("...")`, or another type.
 *
 * They look for these shared types once: pages would go on with those that are gone, and what is
 * typed then would be nowhere. An editor belongs to one text, so a cell with another source is taken
 * for another cell, as where it was moved. Nothing is written, as each page has to do the same.
 */
export function followReplaced(notebook: YNotebook): void {
  const { ydoc } = notebook;
  const ycells = ydoc.getArray('cells');
  // Before the models are told, as they tell of what they know.
  ydoc.on('beforeObserverCalls', ({ changed }: Y.Transaction) => {
    const keys: ReadonlyMap<unknown, ReadonlySet<string | null>> = changed;
    for (const cell of cellsAmong([...changed.keys()])) {
      for (const [key, kept] of Object.entries(KEPT)) {
        if (keys.get(cell.ymodel)?.has(key) === true) {
          follow(cell, key, kept);
        }
      }
    }
  });
  ycells.observeDeep((events: Y.YEvent<Y.Map<unknown>>[]) => {
    cellsAmong(events.map(({ target }) => target))
      .filter(isAnother)
      .forEach(cell => renew(notebook, cell));
  });

  function cellsAmong(types: readonly { readonly parent: unknown }[]): YCellType[] {
    const found = new Set<unknown>(types.filter(({ parent }) => parent === ycells));
    return found.size > 0 ? notebook.cells.filter(({ ymodel }) => found.has(ymodel)) : [];
  }
}

function follow(cell: YCellType, key: string, kept: string): void {
  const before: unknown = Reflect.get(cell, kept);
  const now: unknown = cell.ymodel.get(key);
  if (!(kept in cell) || before === now || !(now instanceof Y.AbstractType)) {
    return;
  }
  Reflect.set(cell, kept, now);
  const { metadataChanged } = cell;
  if (before instanceof Y.Map && now instanceof Y.Map && metadataChanged instanceof Signal) {
    for (const name of new Set([...before._map.keys(), ...now.keys()])) {
      const type = now.has(name) ? 'change' : 'remove';
      metadataChanged.emit({ key: name, type, newValue: now.get(name) as unknown });
    }
  }
}

/** Whether a cell is not the one any more of which it is the model. */
function isAnother({ ymodel, ysource, cell_type: type }: YCellType): boolean {
  const source: unknown = ymodel.get('source');
  const isText = source instanceof Y.Text;
  return isText && (source !== ysource || ymodel.get('cell_type') !== type);
}

/** As JupyterLab does for a cell that is deleted, and for one that comes in its place. */
function renew(notebook: YNotebook, cell: YCellType): void {
  const { cells, changed } = notebook;
  const index = cells.indexOf(cell);
  const again = modelOf(cell, notebook);
  if (again === null || !(changed instanceof Signal)) {
    return;
  }
  const tell = (change: NotebookChange) => changed.emit(change);
  // By this it knows which one is gone where the cell is deleted.
  const models: unknown = Reflect.get(notebook, '_ycellMapping');
  if (models instanceof WeakMap) {
    models.set(cell.ymodel, again);
  }
  cell.dispose();
  // One by one: it looks for the active cell in the list after each.
  cells.splice(index, 1);
  tell({ cellsChange: [{ retain: index }, { delete: 1 }] });
  cells.splice(index, 0, again);
  tell({ cellsChange: [{ retain: index }, { insert: [again] }] });
}

function modelOf({ ymodel }: YCellType, notebook: YNotebook): YCellType | null {
  const source = ymodel.get('source') as Y.Text;
  const outputs: unknown = ymodel.get('outputs');
  switch (ymodel.get('cell_type')) {
    case 'code':
      return outputs instanceof Y.Array
        ? new YCodeCell(ymodel, source, outputs, { notebook })
        : null;
    case 'markdown':
      return new YMarkdownCell(ymodel, source, { notebook });
    case 'raw':
      return new YRawCell(ymodel, source, { notebook });
    default:
      return null;
  }
}
