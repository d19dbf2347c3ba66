import * as Y from 'yjs';

/**
 * Has what an undo brings back lie for everybody where it lies here; for `beforeObserverCalls`.
 *
 * Where a cell comes back, Yjs looks for what each part of its text lay between. If the text was
 * brought back before, as a word that was deleted by mistake, and somebody has written into that
 * since, Yjs finds the beginning of the word for what comes behind its first half. Here the parts are
 * in order all the same; others would put the second half before the first. Nobody has heard of these
 * parts yet: they are told to lie between those that are beside them.
 */
export function placeWhatCameBack(transaction: Y.Transaction): void {
  if (!(transaction.origin instanceof Y.UndoManager)) {
    return;
  }
  const { doc, beforeState } = transaction;
  const places = new Map<unknown, Map<Y.Item, number>>();
  for (const item of madeSince(doc, beforeState)) {
    if (item instanceof Y.Item && item.parentSub === null) {
      const { parent } = item;
      let order = places.get(parent);
      if (order === undefined && parent instanceof Y.AbstractType) {
        order = orderOf(parent);
        places.set(parent, order);
      }
      if (order !== undefined && !liesBetween(item, order, doc)) {
        item.origin = neighbor(item, 'left')?.lastId ?? null;
        item.rightOrigin = neighbor(item, 'right')?.id ?? null;
      }
    }
  }
}

/** The structs of this page that the transaction has made. */
function madeSince({ store, clientID }: Y.Doc, before: Map<number, number>): (Y.Item | Y.GC)[] {
  const structs = store.clients.get(clientID) ?? [];
  const clock = before.get(clientID) ?? 0;
  return clock < Y.getState(store, clientID) ? structs.slice(Y.findIndexSS(structs, clock)) : [];
}

function orderOf({ _start: start }: Y.AbstractType<unknown>): Map<Y.Item, number> {
  const order = new Map<Y.Item, number>();
  for (let item = start; item !== null; item = item.right) {
    order.set(item, order.size);
  }
  return order;
}

/** Whether `item` lies where it says that it does. */
function liesBetween(item: Y.Item, order: Map<Y.Item, number>, { store }: Y.Doc): boolean {
  const at = order.get(item);
  const placeOf = (id: Y.ID) => {
    const beside = Y.getItem(store, id);
    return beside instanceof Y.Item ? order.get(beside) : undefined;
  };
  const left = item.origin === null ? -1 : placeOf(item.origin);
  const right = item.rightOrigin === null ? Infinity : placeOf(item.rightOrigin);
  if (at === undefined || left === undefined || right === undefined) {
    return true; // beside what is no more there, which is for others as it is here
  }
  return left < at && at < right;
}

/** The next one that was there before `item`, or that somebody else has made. */
function neighbor(item: Y.Item, side: 'left' | 'right'): Y.Item | null {
  const { client, clock } = item.id;
  let next = item[side];
  while (next !== null && next.id.client === client && next.id.clock > clock) {
    next = next[side];
  }
  return next;
}
