import { JSONExt } from '@lumino/coreutils';
import type { PartialJSONObject, PartialJSONValue } from '@lumino/coreutils';
import * as Y from 'yjs';

import { wasThere } from './items';

/** What a cell has beside its source. */
export type CellState = Partial<Readonly<Record<string, PartialJSONValue>>>;

/** What belongs to a type of cells. Metadata are for all of them. */
const OF_TYPE = ['outputs', 'execution_count', 'attachments'] as const;

/** What a cell had that this transaction has deleted. */
export function readAll(cell: Y.Map<unknown>, transaction: Y.Transaction): CellState {
  return read(cell, wasThere(transaction)) as PartialJSONObject;
}

/** What was a member of a cell, to be put into another one. */
export function copyOf(member: Y.Item, isHere: (part: Y.Item) => boolean): unknown {
  const value = valuesOf(member).at(-1);
  const plain = read(value, isHere) as PartialJSONValue;
  if (value instanceof Y.Text) {
    return new Y.Text(plain as string);
  }
  if (value instanceof Y.Array) {
    const outputs = new Y.Array<unknown>();
    outputs.push((plain as PartialJSONValue[]).map(outputOf));
    return outputs;
  }
  return value instanceof Y.Map ? new Y.Map(Object.entries(plain as PartialJSONObject)) : plain;
}

/** Take outputs away that are to be others: only below text that is shown anew does more of it go on. */
export function makeRoom(cell: Y.Map<unknown>, state: CellState): void {
  const outputs = cell.get('outputs');
  const { outputs: value } = state;
  if (outputs instanceof Y.Array && value !== undefined && !isEqual(outputs, value)) {
    outputs.delete(0, outputs.length);
  }
}

/** Let a cell have again what it had, but for its source. */
export function writeBack(cell: Y.Map<unknown>, state: CellState): void {
  const isSameType = cell.get('cell_type') === state['cell_type'];
  for (const key of isSameType ? OF_TYPE : []) {
    const value = state[key];
    if (value !== undefined && !isEqual(cell.get(key), value)) {
      write(cell, key, value);
    }
  }
  if (cell.get('execution_state') === 'running' && state['execution_state'] !== 'running') {
    cell.set('execution_state', 'idle');
  }
  const { metadata } = state;
  const there = cell.get('metadata');
  if (isObject(metadata) && there instanceof Y.Map) {
    const keys = new Set([...Object.keys(metadata), ...there.keys()]);
    if (!isSameType) {
      keys.delete('trusted'); // which is of outputs
    }
    keys.forEach(key => setMember(there, key, metadata[key]));
  }
}

function write(cell: Y.Map<unknown>, key: string, value: PartialJSONValue): void {
  const outputs = cell.get(key);
  if (outputs instanceof Y.Array && Array.isArray(value)) {
    outputs.delete(0, outputs.length);
    outputs.insert(0, value.map(outputOf));
  } else {
    cell.set(key, value);
  }
}

/** Printed text can be added to. */
function outputOf(output: PartialJSONValue): unknown {
  if (!isObject(output)) {
    return output;
  }
  const { output_type: type, text } = output;
  const isPrinted = type === 'stream' && typeof text === 'string';
  return new Y.Map<unknown>(
    Object.entries(isPrinted ? { ...output, text: new Y.Text(text) } : output)
  );
}

function setMember(map: Y.Map<unknown>, key: string, value: PartialJSONValue | undefined): void {
  if (value === undefined) {
    map.delete(key);
  } else if (!isEqual(map.get(key), value)) {
    map.set(key, value);
  }
}

function isEqual(there: unknown, value: PartialJSONValue): boolean {
  const now = read(there, ({ deleted }) => !deleted) as PartialJSONValue | undefined;
  return now !== undefined && JSONExt.deepEqual(now, value);
}

function isObject(value: PartialJSONValue | undefined): value is PartialJSONObject {
  return value !== undefined && JSONExt.isObject(value);
}

/** A value as plain data, with the parts of it that were there. */
function read(value: unknown, isHere: (part: Y.Item) => boolean): unknown {
  if (value instanceof Y.Map) {
    const parts = [...(value as Y.Map<unknown>)._map].filter(([, item]) => isHere(item));
    return Object.fromEntries(
      parts.map(([key, item]) => [key, read(valuesOf(item).at(-1), isHere)])
    );
  }
  if (value instanceof Y.Text || value instanceof Y.Array) {
    const all: unknown[] = [];
    for (let item = value._start; item !== null; item = item.right) {
      if (item.countable && isHere(item)) {
        all.push(...valuesOf(item).map(it => read(it, isHere)));
      }
    }
    return value instanceof Y.Text ? all.join('') : all;
  }
  return value;
}

function valuesOf({ content }: Y.Item): unknown[] {
  return content.getContent();
}
