import type { IDisposable } from '@lumino/disposable';
import * as Y from 'yjs';

import { carryInto, carryIntoAll } from './carry';
import type { Carried } from './carry';
import { Edits } from './edits';
import { readDeleted, readReplaced, resultsOf } from './gone';
import type { Gone } from './gone';
import { cellsById, sourceOf, textsById, typeOf } from './items';
import { mergedCells } from './merged';
import { makeRoom, readAll, writeBack } from './state';
import type { CellState } from './state';
import { hasMadeGone, KeptWords, madeIn } from './undone';

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
   * others may not have, those beyond a number of edits, and `coming` the one that is being applied.
   */
  constructor(
    private readonly _doc: Y.Doc,
    private readonly _remote: unknown,
    private readonly _own: (after?: number) => Uint8Array | null,
    private readonly _coming: () => Coming | null
  ) {
    this._cells = _doc.getArray('cells');
    this._kept = new KeptWords(_doc);
    this._cells.observe(this._onChange);
    this._cells.observeDeep(this._onParts);
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
    this._doc.off('afterAllTransactions', this._carry);
  }

  /** What is deleted can be read until the transaction is over. */
  private readonly _onChange = (event: Y.YArrayEvent<unknown>, transaction: Y.Transaction) => {
    const { deleted } = event.changes;
    if (transaction.origin instanceof Y.UndoManager) {
      this._onUndo(event, transaction);
      return;
    }
    const own = transaction.origin === this._remote && deleted.size > 0 ? this._own() : null;
    if (own === null) {
      return;
    }
    const edits = Edits.of(own);
    const read = (known: Edits, isUnsure = false) =>
      [...deleted].map(item => {
        const cell = readDeleted(item, transaction, known);
        return cell === null ? null : { ...cell, isUnsure };
      });
    const all = read(edits);
    const size = all.reduce((sum, cell) => sum + (cell?.mine.length ?? 0), 0);
    const cells = size > LARGE ? all : read(...this._unseen(edits));
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
   * What of `edits` was inserted that the room may not have had, and whether it may have had some of it.
   * What it had of what goes is named, and it has brought of that what is to come along. What came too
   * late is named too.
   */
  private _unseen(edits: Edits): [unseen: Edits, isUnsure: boolean] {
    const coming = this._coming();
    if (coming === null) {
      return [edits, false];
    }
    const named = Y.decodeUpdate(coming.update).ds;
    const late = Edits.of(this._own(coming.heeded)).inserted;
    const isUnsure = late.some(({ client, clock }) =>
      Y.isDeleted(named, Y.createID(client, clock))
    );
    const { inserted } = edits.insertedBesides(named);
    return [new Edits([...inserted, ...late], edits.deleted), isUnsure];
  }

  /** Where an agent puts another text in the place of a source, that goes with all that is in it. */
  private readonly _onParts = (events: Y.YEvent<Y.Map<unknown>>[], transaction: Y.Transaction) => {
    const isHeard = transaction.origin === this._remote;
    const changed = events.filter(
      ({ target, keys }) => isHeard && target.parent === this._cells && keys.has('source')
    );
    const own = changed.length > 0 ? this._own() : null;
    if (own === null) {
      return;
    }
    // All of a text goes with the text, but what was deleted here is not looked for in the other one.
    const [{ inserted }, isUnsure] = this._unseen(Edits.of(own));
    const unseen = new Edits(inserted, []);
    for (const { target } of changed) {
      const lost = readReplaced(target, transaction, unseen);
      if (lost !== null && lost.base !== lost.mine) {
        this._gone.push({ ...lost, isUnsure });
      }
    }
  };

  /** Cells of which there is one with the same id were moved, and not merged. */
  private _findMerged(went: Map<Y.Item, Gone>, added: Iterable<Y.Item>): Carried[] {
    const here = textsById(this._cells);
    const before = new Set<unknown>([...went.values()].map(({ id }) => id));
    const lost = new Map([...went].filter(([, { id }]) => !here.has(id)));
    const came = new Map<Y.Item, Y.Text>();
    for (const item of added) {
      const [[id, text] = []] = textsById([typeOf(item)]);
      if (text !== undefined && !before.has(id)) {
        came.set(item, text);
      }
    }
    return lost.size > 0 && came.size > 0 ? mergedCells(this._cells, lost, came) : [];
  }

  private _onUndo({ changes }: Y.YArrayEvent<unknown>, transaction: Y.Transaction): void {
    const { undone } = this._kept;
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
      const cell = readDeleted(item, transaction, Edits.NONE);
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
        const { id, isOfOthers = false } = cell;
        const text = texts.get(id);
        const carry = () => text !== undefined && carryInto(text, cell);
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
  private _isDisposed = false;
}

/** Of more the room may not find out in time what it has to bring, so that it is brought from here. */
const LARGE = 10_000;

/** An update that comes from the server; what it deletes of the first `heeded` edits was there then. */
export interface Coming {
  readonly update: Uint8Array;
  readonly heeded: number;
}
