/** The content of a shared model as plain data, and changes of plain data made to a model. */
import { YCodeCell, YFile, YNotebook } from '@jupyter/ydoc';
import type { DocumentChange, SharedCell, YCellType, YDocument } from '@jupyter/ydoc';
import type { IAttachments, IOutput } from '@jupyterlab/nbformat';
import { JSONExt } from '@lumino/coreutils';
import type {
  JSONValue,
  PartialJSONObject,
  PartialJSONValue,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

import { mergeNotebook } from './notebook';
import type { Cell, Changes, Notebook, NotebookEdit, Values } from './notebook';
import { applyHunks, diffText, mergeText } from './texts';
import type { Hunk } from './texts';

type Model = YDocument<DocumentChange>;
type Insertion = NotebookEdit & { readonly type: 'insert' };

/** The origin of what is brought on for others: the server has to be told, but it is not ours. */
export const BY_OTHERS = Symbol('by others');

export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'notebook'; readonly notebook: Notebook }
  /** A kind of document that others have registered: nothing is known of its inside. */
  | { readonly kind: 'other'; readonly source: JSONValue };

/** What a person has changed since all was durable: from `base` to `mine`. */
export interface Difference {
  readonly base: Content;
  readonly mine: Content;
  /**
   * Cells that were made since then, by id: what is in them without this person. Others may have
   * carried them, or any part of them, into the document that is changed.
   */
  readonly young?: ReadonlyMap<string, string>;
}

export function readContent(model: Model): Content {
  if (model instanceof YNotebook) {
    return { kind: 'notebook', notebook: readNotebook(model) };
  }
  const source = model.getSource();
  return typeof source === 'string' ? { kind: 'text', text: source } : { kind: 'other', source };
}

function readNotebook(model: YNotebook): Notebook {
  const keepsIds = model.nbformat > 4 || (model.nbformat === 4 && model.nbformat_minor >= 5);
  return { keepsIds, metadata: plain(model.getMetadata()), cells: model.cells.map(readCell) };
}

function readCell(cell: YCellType): Cell {
  const { metadata, cell_type: _type, source: _source, id: _id, ...parts } = plain(cell.toJSON());
  return {
    id: cell.getId(),
    type: cell.cell_type,
    source: cell.getSource(),
    metadata: plain(metadata),
    parts
  };
}

function plain(value: unknown): Values {
  return JSONExt.deepCopy((value ?? {}) as PartialJSONObject);
}

/**
 * Make the changes of `difference` to `model`. Returns whether that was possible:
 * a document of an unknown kind can only be replaced, and only where nobody else changed it.
 */
export function applyDifference(model: Model, { base, mine, young }: Difference): boolean {
  const theirs = readContent(model);
  if (base.kind === 'text' && mine.kind === 'text' && theirs.kind === 'text') {
    changeText(model, theirs.text, mergeText(base.text, mine.text, theirs.text));
    return true;
  }
  if (
    base.kind === 'notebook' &&
    mine.kind === 'notebook' &&
    theirs.kind === 'notebook' &&
    model instanceof YNotebook
  ) {
    const edits = mergeNotebook(base.notebook, mine.notebook, theirs.notebook, young);
    // Each in a transaction of its own: the model learns of cells only when one has ended.
    const old = new Map(base.notebook.cells.map(({ id, source }) => [id, source]));
    for (const edit of edits) {
      if (edit.type === 'insert') {
        const { id } = edit.cell;
        insertCell(model, edit, young?.get(id) ?? old.get(id) ?? '');
      } else {
        changeNotebook(model, edit);
      }
    }
    return true;
  }
  return replaceOther(model, base, mine, theirs);
}

function changeText(model: Model, text: string, hunks: readonly Hunk[]): void {
  if (hunks.length === 0) {
    return;
  }
  if (model instanceof YFile) {
    model.transact(() => updateSource(model, hunks));
  } else {
    model.setSource(applyHunks(text, hunks));
  }
}

/** From back to front, so that what is in front stays where the hunks say. */
function updateSource(
  text: { updateSource(from: number, to: number, value: string): void },
  hunks: readonly Hunk[]
): void {
  [...hunks].reverse().forEach(({ from, to, insert }) => text.updateSource(from, to, insert));
}

function replaceOther(model: Model, base: Content, mine: Content, theirs: Content): boolean {
  if (base.kind !== 'other' || mine.kind !== 'other' || theirs.kind !== 'other') {
    return false;
  }
  if (
    !JSONExt.deepEqual(mine.source, theirs.source) &&
    !JSONExt.deepEqual(base.source, mine.source)
  ) {
    if (!JSONExt.deepEqual(base.source, theirs.source)) {
      return false;
    }
    model.setSource(mine.source);
  }
  return true;
}

function changeNotebook(model: YNotebook, edit: Exclude<NotebookEdit, Insertion>): void {
  switch (edit.type) {
    case 'delete':
      return model.deleteCell(indexOf(model, edit.id));
    case 'move':
      return moveCell(model, edit.id, edit.after);
    case 'convert':
      return convertCell(model, edit.id, edit.cell);
    case 'source':
      return updateSource(cellOf(model, edit.id), edit.hunks);
    case 'metadata':
      return setMetadata(edit.id === null ? model : cellOf(model, edit.id), edit.changes);
    case 'parts':
      return setParts(cellOf(model, edit.id), edit.changes);
  }
}

/** What others have written of it, `text`, is theirs still in whatever history comes next. */
function insertCell(model: YNotebook, { after, cell }: Insertion, text: string): void {
  const insert = (source: string): void => {
    model.insertCell(indexBehind(model, after), writeCell({ ...cell, source }));
  };
  if (text === '') {
    insert(cell.source);
  } else {
    model.ydoc.transact(() => insert(text), BY_OTHERS);
    updateSource(cellOf(model, cell.id), diffText(text, cell.source));
  }
}

function indexOf(model: YNotebook, id: string): number {
  return model.cells.findIndex(cell => cell.getId() === id);
}

function indexBehind(model: YNotebook, after: string | null): number {
  return after === null ? 0 : indexOf(model, after) + 1;
}

/** Edits name cells that are there: the model has not changed since they were found. */
function cellOf(model: YNotebook, id: string): YCellType {
  return model.getCell(indexOf(model, id));
}

function writeCell({ id, type, source, metadata, parts }: Cell): SharedCell.Cell {
  return { ...parts, id, cell_type: type, source, metadata } as SharedCell.Cell;
}

function moveCell(model: YNotebook, id: string, after: string | null): void {
  const from = indexOf(model, id);
  const to = indexBehind(model, after);
  // Taking the cell out moves what is behind it up by one.
  model.moveCell(from, to > from ? to - 1 : to);
}

/** The text that is there by now stays, since `cell` may have less of it. */
function convertCell(model: YNotebook, id: string, cell: Cell): void {
  const index = indexOf(model, id);
  const source = model.getCell(index).getSource();
  model.deleteCell(index);
  model.insertCell(index, writeCell({ ...cell, id, source }));
}

interface HasMetadata {
  setMetadata(key: string, value: PartialJSONValue): void;
  deleteMetadata(key: string): void;
}

function setMetadata(holder: HasMetadata, changes: Changes): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) {
      holder.deleteMetadata(key);
    } else {
      holder.setMetadata(key, copy(value));
    }
  }
}

/** Outputs, attachments and the number beside a cell: each is set as a whole. */
function setParts(cell: YCellType, changes: Changes): void {
  for (const [key, value] of Object.entries(changes)) {
    if (cell instanceof YCodeCell) {
      setCodePart(cell, key, value);
    } else if (key === 'attachments') {
      cell.setAttachments(value === undefined ? undefined : (copy(value) as IAttachments));
    }
  }
}

function setCodePart(cell: YCodeCell, key: string, value: Values[string]): void {
  if (key === 'outputs') {
    cell.setOutputs(Array.isArray(value) ? (copy(value) as IOutput[]) : []);
  } else if (key === 'execution_count') {
    cell.execution_count = typeof value === 'number' ? value : null;
  }
}

/** A model keeps what it is given, so it is given its own. */
function copy(value: ReadonlyPartialJSONValue): PartialJSONValue {
  return JSONExt.deepCopy(value as PartialJSONValue);
}
