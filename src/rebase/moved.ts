import type { IDisposable } from '@lumino/disposable';
import * as Y from 'yjs';

import { Edits } from './edits';
import { makeRoom, readAll, writeBack } from './state';
import type { CellState } from './state';
import { carryIntoAll, mergedCells } from './merged';
import type { Carried } from './merged';
import { mergeText } from './texts';
import { KeptWords, stackOf, typeOf } from './undone';
import type { StackItem } from './undone';

/**
 * Brings what was typed here into a cell along when somebody else moves or merges the cell.
 *
 * Moving a cell is deleting it and inserting a copy with the same id, so what the mover had not
 * received is gone with the old one. Of what this client knows to be its own and not yet in the
 * file, whatever the copy lacks is written into the copy. So it is where cells are merged into one
 * that has another id. A cell that is gone for good stays gone.
 *
 * So it is where an agent puts another text in the place of a cell's source, with what the agent had
 * not received. What it had, it has taken away.
 *
 * A page that connects again may hear of a move before it hears of what that stands on. The cell goes
 * at once then, and its copy comes with the rest: until nothing is missing, what has to come along waits.
 *
 * So come the results of a run of this page, of which the mover had not received all.
 *
 * Where the move is undone here, the cell comes back with the text that it had then. What anybody has
 * written into the copy since is written into it again: it was not part of the move. So are its outputs,
 * metadata and attachments as the copy had them. Where somebody has moved the copy on, it stays where
 * they have it.
 */
export class MovedCells implements IDisposable {
  /**
   * `remote` is the origin of what comes from the server; `own` gives the updates, as one, that
   * others may not have, and `coming` the one that is being applied.
   */
  constructor(
    private readonly _doc: Y.Doc,
    private readonly _remote: unknown,
    private readonly _own: () => Uint8Array | null,
    private readonly _coming: () => Coming | null
  ) {
    this._cells = _doc.getArray('cells');
    this._kept = new KeptWords(_doc);
    this._cells.observe(this._onChange);
    this._cells.observeDeep(this._onParts);
    _doc.on('beforeTransaction', this._noteStack);
    _doc.on('afterAllTransactions', this._carry);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._kept.dispose();
    this._cells.unobserve(this._onChange);
    this._cells.unobserveDeep(this._onParts);
    this._doc.off('beforeTransaction', this._noteStack);
    this._doc.off('afterAllTransactions', this._carry);
  }

  /** What is deleted can be read until the transaction is over. */
  private readonly _onChange = (event: Y.YArrayEvent<unknown>, transaction: Y.Transaction) => {
    const { deleted } = event.changes;
    if (transaction.origin instanceof Y.UndoManager) {
      this._onUndo(event, transaction, transaction.origin);
      return;
    }
    const own = transaction.origin === this._remote && deleted.size > 0 ? this._own() : null;
    if (own === null) {
      return;
    }
    const edits = Edits.of(own);
    const read = (known: Edits) => [...deleted].map(item => readDeleted(item, transaction, known));
    const all = read(edits);
    const size = all.reduce((sum, cell) => sum + (cell?.mine.length ?? 0), 0);
    const cells = size > LARGE ? all : read(this._unseen(edits));
    const went = new Map<Y.Item, Gone>();
    const came = cellsById(this._cells);
    for (const [at, item] of [...deleted].entries()) {
      const cell = cells[at] ?? null;
      if (cell !== null) {
        went.set(item, cell);
        const copy = came.get(cell.id);
        const results = copy === undefined ? null : resultsOf(typeOf(item), transaction, edits);
        if (copy !== undefined && results !== null) {
          this._states.push([copy, results]);
        }
      }
    }
    const lacking = [...went.values()].filter(({ base, mine }) => base !== mine);
    if (lacking.length > 0) {
      this._gone.push(...lacking);
      this._merged.push(...this._findMerged(went, event.changes.added));
    }
  };

  /**
   * Those of `edits` that the room may not have had. News name all that it had of what goes, and it has
   * brought of that what is to come along. What tells all at once also names what came to it too late.
   */
  private _unseen(edits: Edits): Edits {
    const { update, isNews } = this._coming() ?? {};
    return update !== undefined && isNews === true
      ? new Edits(edits.insertedBesides(Y.decodeUpdate(update).ds).inserted, edits.deleted)
      : edits;
  }

  /** Where an agent puts another text in the place of a source, that goes with all that is in it. */
  private readonly _onParts = (events: Y.YEvent<Y.Map<unknown>>[], transaction: Y.Transaction) => {
    const isHeard = transaction.origin === this._remote;
    const changed = events.filter(
      ({ target, keys }) => isHeard && target.parent === this._cells && keys.has('source')
    );
    const [own, coming] = changed.length > 0 ? [this._own(), this._coming()] : [null, null];
    if (own === null || coming === null) {
      return;
    }
    // All of a text goes with the text, but only what they had received is named.
    const unseen = Edits.of(own).insertedBesides(Y.decodeUpdate(coming.update).ds);
    for (const { target } of changed) {
      const lost = readReplaced(target, transaction, unseen);
      if (lost !== null && lost.base !== lost.mine) {
        this._gone.push(lost);
      }
    }
  };

  /** Cells of which there is one with the same id were moved, and not merged. */
  private _findMerged(went: Map<Y.Item, Gone>, added: Iterable<Y.Item>): Carried[] {
    const [here, before] = [
      textsById(this._cells),
      new Set([...went.values()].map(({ id }) => id))
    ];
    const lost = new Map([...went].filter(([, { id }]) => !here.has(id)));
    const came = new Map<Y.Item, Y.Text>();
    for (const item of added) {
      const [[id, text] = []] = textsById([typeOf(item)]);
      if (text !== undefined && !before.has(id as string)) {
        came.set(item, text);
      }
    }
    return lost.size > 0 && came.size > 0 ? mergedCells(this._cells, lost, came) : [];
  }

  /** What is being undone is not told: it is what was on the stack before, and is not any more. */
  private readonly _noteStack = ({ origin }: Y.Transaction): void => {
    if (origin instanceof Y.UndoManager) {
      this._stack = [...stackOf(origin)];
    }
  };

  private _onUndo(
    { changes }: Y.YArrayEvent<unknown>,
    transaction: Y.Transaction,
    by: Y.UndoManager
  ) {
    const undone = this._stack[stackOf(by).length];
    const came = new Set([...changes.added].map(typeOf));
    const back = textsById(came);
    const cells = cellsById(came);
    const here = textsById(this._cells.toArray().filter(cell => !came.has(cell)));
    for (const [id, text] of back) {
      if (here.has(id) && hasMadeGone(undone, this._cells)) {
        this._doubled.push(text);
      }
    }
    for (const item of changes.deleted) {
      const cell = readDeleted(item, transaction, NO_EDITS);
      const text = back.get(cell?.id);
      if (cell !== null && text !== undefined) {
        const made = this._returned.has(cell.text) ? null : madeIn(undone, cell.text);
        this._gone.push({ ...cell, base: made ?? text.toString(), isOfOthers: true });
        this._returned.add(text);
        const [gone, returned] = [typeOf(item), cells.get(cell.id)];
        if (gone instanceof Y.Map && returned !== undefined) {
          this._states.push([returned, readAll(gone, transaction)]);
        }
      }
    }
  }

  /** Once all have been told of the new cells, so that nobody is told of the same text twice. */
  private readonly _carry = (): void => {
    const come = this._isMissingSomething ? [] : this._waiting.splice(0);
    const [gone, merged] = [[...come, ...this._gone.splice(0)], this._merged.splice(0)];
    const doubled = new Set<unknown>(this._doubled.splice(0));
    const states = this._states.splice(0);
    if (gone.length + doubled.size + states.length === 0) {
      return;
    }
    // The texts first: once they are as they will be, it is looked where in them people were.
    this._doc.transact(() => {
      for (let index = this._cells.length - 1; doubled.size > 0 && index >= 0; index--) {
        if (doubled.has(sourceOf(this._cells.get(index)))) {
          this._cells.delete(index);
        }
      }
      const texts = textsById(this._cells);
      for (const cell of gone) {
        const { id, base, mine, isOfOthers = false } = cell;
        const text = texts.get(id);
        const carry = () => text !== undefined && carryInto(text, base, mine);
        if (text === undefined && this._isMissingSomething) {
          this._waiting.push(cell);
        } else if (isOfOthers) {
          this._kept.adopt(carry);
        } else {
          carry();
        }
      }
      merged.forEach(carryIntoAll);
      states.forEach(it => makeRoom(...it));
    }, this);
    this._doc.transact(() => states.forEach(it => writeBack(...it)), this);
  };

  /** Whether something has come that stands on what has not. */
  private get _isMissingSomething(): boolean {
    return this._doc.store.pendingStructs !== null;
  }

  private readonly _cells: Y.Array<unknown>;
  private readonly _kept: KeptWords;
  private readonly _gone: Gone[] = [];
  /** Cells of which the copy is still to come. */
  private readonly _waiting: Gone[] = [];
  private readonly _merged: Carried[] = [];
  private readonly _doubled: Y.Text[] = [];
  /** Cells that have come back, and what those had that went. */
  private readonly _states: [Y.Map<unknown>, CellState][] = [];
  /** Sources that have come back before: what of them was made by a move has other ids by now. */
  private readonly _returned = new WeakSet<Y.Text>();
  private _stack: readonly StackItem[] = [];
  private _isDisposed = false;
}

/** Of more the room may not find out in time what it has to bring, so that it is brought from here. */
const LARGE = 10_000;

/** An update that comes from the server: news of what has just happened, or all that was missing. */
export interface Coming {
  readonly update: Uint8Array;
  readonly isNews: boolean;
}

/** The source of a cell as it was here, and as it was without the edits that are our own. */
interface Gone {
  readonly id: string;
  readonly text: Y.Text;
  readonly base: string;
  readonly mine: string;
  /** Whether what is carried may be that of others. */
  readonly isOfOthers?: boolean;
}

function textsById(cells: Iterable<unknown>): Map<unknown, Y.Text> {
  const texts = new Map<unknown, Y.Text>();
  for (const cell of cells) {
    const source = sourceOf(cell);
    if (cell instanceof Y.Map && source instanceof Y.Text) {
      texts.set(cell.get('id'), source);
    }
  }
  return texts;
}

function cellsById(cells: Iterable<unknown>): Map<unknown, Y.Map<unknown>> {
  const maps = [...cells].filter(cell => cell instanceof Y.Map);
  return new Map(maps.map(cell => [cell.get('id'), cell]));
}

function sourceOf(cell: unknown): unknown {
  return cell instanceof Y.Map ? cell.get('source') : undefined;
}

/** Whether what is being undone has made a cell, as a move does, that is not there any more. */
function hasMadeGone(undone: StackItem | undefined, cells: Y.Array<unknown>): boolean {
  for (let item = cells._start; item !== null; item = item.right) {
    if (item.deleted && undone !== undefined && Y.isDeleted(undone.insertions, item.id)) {
      return true;
    }
  }
  return false;
}

/**
 * What the person who undoes has written into a text in what is being undone; `null` if that is not
 * known, as where somebody else has put in the text.
 */
function madeIn(undone: StackItem | undefined, text: Y.Text): string | null {
  const insertions = undone?.insertions;
  const item = text._item;
  if (insertions === undefined || item === null || !Y.isDeleted(insertions, item.id)) {
    return null;
  }
  let made = '';
  for (let part = text._start; part !== null; part = part.right) {
    const { id, content } = part;
    const units = content instanceof Y.ContentString ? content.str.split('') : [];
    const isMade = (_: string, at: number) =>
      Y.isDeleted(insertions, Y.createID(id.client, id.clock + at));
    made += units.filter(isMade).join('');
  }
  return made;
}

/** What is only put into a word is all that is written: others have the rest of it from who wrote it. */
function carryInto(text: Y.Text, base: string, mine: string): void {
  const here = text.toString();
  for (const { from, to, insert } of [...mergeText(base, mine, here)].reverse()) {
    const [head, tail] = around(here.slice(from, to), insert);
    text.delete(from + head, to - tail - from - head);
    text.insert(from + head, insert.slice(head, insert.length - tail));
  }
}

/** How much of `word` is before and behind what was put into it; nothing where it has not all of it. */
function around(word: string, longer: string): [number, number] {
  const [letters, others] = [[...word], [...longer]];
  const same = letters.findIndex((letter, at) => letter !== others[at]);
  const head = same < 0 ? word.length : letters.slice(0, same).join('').length;
  return longer.slice(head).endsWith(word.slice(head)) ? [head, word.length - head] : [0, 0];
}

const NO_EDITS = Edits.of(null);

function readDeleted(item: Y.Item, transaction: Y.Transaction, edits: Edits): Gone | null {
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
  { deleteSet }: Y.Transaction,
  edits: Edits
): Gone | null {
  if (typeof id !== 'string' || !(text instanceof Y.Text)) {
    return null;
  }
  const isHere = (part: Y.Item) => !part.deleted || Y.isDeleted(deleteSet, part.id);
  return { id, text, base: edits.rewound(text, isHere), mine: NO_EDITS.rewound(text, isHere) };
}

/** What a cell that was deleted had from a run, if edits have changed that. */
function resultsOf(cell: unknown, transaction: Y.Transaction, edits: Edits): CellState | null {
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
function readReplaced(cell: Y.Map<unknown>, transaction: Y.Transaction, edits: Edits): Gone | null {
  const { deleteSet, beforeState } = transaction;
  let item = lastValue(cell, 'source') ?? null;
  while (item !== null && item.id.clock >= (beforeState.get(item.id.client) ?? 0)) {
    item = item.left;
  }
  return item !== null && Y.isDeleted(deleteSet, item.id)
    ? readText(cell.get('id'), typeOf(item), transaction, edits)
    : null;
}

/** A member of a map that may be deleted, as the map itself shows none then. */
function lastValue(map: Y.Map<unknown>, key: string): Y.Item | undefined {
  return map._map.get(key);
}
