import type { IDisposable } from '@lumino/disposable';
import * as Y from 'yjs';

import { Edits, holds } from '../rebase';
import type { Coming } from '../rebase';
import { ALL_EDITS } from '../session';

/**
 * Has who undoes what was taken away as a double take back the one that stays (M26).
 *
 * Where two people have formatted a cell in the same moment, the room deletes what one of them has
 * written. Undoing would bring back what was there before, and leave what the other has in its place.
 *
 * The room takes the double away with the update that brings the second of the two. What somebody has
 * deleted by hand, who had seen both, comes without either: what they have left is meant to stay.
 */
export class Doubles implements IDisposable {
  /** `coming` gives the update that is being applied. */
  constructor(
    private readonly _doc: Y.Doc,
    private readonly _coming: () => Coming | null
  ) {
    _doc.on('beforeObserverCalls', this._note);
    _doc.on('beforeTransaction', this._follow);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._doc.off('beforeObserverCalls', this._note);
    this._doc.off('beforeTransaction', this._follow);
  }

  /** While what is gone can still be read. */
  private readonly _note = (transaction: Y.Transaction): void => {
    const { deleteSet, local } = transaction;
    const { clientID } = this._doc;
    const coming = this._coming();
    const isOurs = this._pairs.length > 0 || deleteSet.clients.has(clientID);
    if (local || coming?.heeded !== ALL_EDITS || !isOurs) {
      return;
    }
    const { inserted } = Edits.of(coming.update);
    const isNew = ({ client, clock }: Y.ID) => holds(inserted, client, clock);
    Y.iterateDeletedStructs(transaction, deleteSet, gone => {
      if (gone instanceof Y.Item && (gone.id.client === clientID || this._stayed(gone.id))) {
        const stays = twinOf(gone, transaction);
        if (stays !== null && (isNew(gone.id) || isNew(stays))) {
          this._pairs.push({ gone: gone.id, stays, length: gone.length });
        }
      }
    });
  };

  /** Before it looks for what is to be undone. */
  private readonly _follow = ({ origin }: Y.Transaction): void => {
    if (!(origin instanceof Y.UndoManager)) {
      return;
    }
    for (const done of [...origin.undoStack, ...origin.redoStack]) {
      // In this order: of three, one after the other goes.
      for (const { gone, stays, length } of this._pairs) {
        if (Y.isDeleted(done.insertions, gone) && !Y.isDeleted(done.insertions, stays)) {
          add(done.insertions, stays, length);
        }
      }
    }
  };

  private _stayed(id: Y.ID): boolean {
    return this._pairs.some(({ stays }) => Y.compareIDs(stays, id));
  }

  private readonly _pairs: Pair[] = [];
  private _isDisposed = false;
}

interface Pair {
  readonly gone: Y.ID;
  readonly stays: Y.ID;
  readonly length: number;
}

/** Ids as Yjs has them of what was inserted or deleted. */
type Ids = ReturnType<typeof Y.createDeleteSet>;

/** In order, as Yjs looks for them so. */
function add(ids: Ids, { client, clock }: Y.ID, len: number): void {
  const known = ids.clients.get(client) ?? [];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs exports none
  known.push({ clock, len });
  known.sort((one, other) => one.clock - other.clock);
  ids.clients.set(client, known);
}

/** Where the same text begins that somebody else has put into the same place, if it is there. */
function twinOf(item: Y.Item, transaction: Y.Transaction): Y.ID | null {
  const { content, origin, rightOrigin, parent } = item;
  if (!(content instanceof Y.ContentString) || !(parent instanceof Y.AbstractType)) {
    return null;
  }
  let at = parent._start;
  if (origin !== null) {
    const ids = Y.createDeleteSet();
    add(ids, origin, 1);
    // It is parted there from what its author has added.
    Y.iterateDeletedStructs(transaction, ids, before => {
      at = before instanceof Y.Item ? before.right : null;
    });
  }
  for (; at !== null && !Y.compareIDs(at.id, rightOrigin); at = at.right) {
    const isBeside = Y.compareIDs(at.origin, origin) && Y.compareIDs(at.rightOrigin, rightOrigin);
    const isOther = !at.deleted && at.id.client !== item.id.client;
    if (isBeside && isOther && begins(transaction.doc, at.id, content.str)) {
      return at.id;
    }
  }
  return null;
}

/** Whether a text is there that begins so, also where others have written within it. */
function begins({ store }: Y.Doc, { client, clock }: Y.ID, text: string): boolean {
  let found = '';
  while (found.length < text.length && clock + found.length < Y.getState(store, client)) {
    const part: unknown = Y.getItem(store, Y.createID(client, clock + found.length));
    if (!(part instanceof Y.Item && part.content instanceof Y.ContentString)) {
      return false;
    }
    found += part.content.str;
  }
  return found.startsWith(text);
}
