import * as Y from 'yjs';

/** Below this, updates are kept one by one, so that each can be dropped when it is durable. */
const MANY = 200;

/**
 * The local updates that are not known to be durable.
 *
 * They are all that is needed to find out, should the history be lost, what it had: see
 * `rewind`. So nothing has to be copied while all goes well.
 */
export class UnsyncedUpdates {
  /** A local edit was made; edits are counted from 1. */
  record(update: Uint8Array): void {
    this._made += 1;
    this._updates.push({ through: this._made, update });
    if (this._updates.length > MANY) {
      this._updates = [{ through: this._made, update: this._merge() }];
    }
  }

  /** The first `durable` edits are safe. */
  forget(durable: number): void {
    if ((this._updates[0]?.through ?? Infinity) <= durable) {
      this._updates = this._updates.filter(({ through }) => through > durable);
    }
  }

  /** All that is not safe, as one update; `null` where there is nothing. */
  take(): Uint8Array | null {
    return this._updates.length === 0 ? null : this._merge();
  }

  private _merge(): Uint8Array {
    return Y.mergeUpdates(this._updates.map(({ update }) => update));
  }

  private _made = 0;
  private _updates: { readonly through: number; readonly update: Uint8Array }[] = [];
}

/**
 * Fill the empty document `copy` with what `doc` would have without `update`.
 *
 * It is undone as a person would undo it, so what others have changed since stays. Content that
 * was deleted for good, such as outputs that were replaced, does not come back.
 */
export function rewind(copy: Y.Doc, doc: Y.Doc, update: Uint8Array | null): void {
  copy.gc = false;
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  if (update === null) {
    return;
  }
  // Not the document itself as scope: JupyterLab may bring a Yjs that does not know that yet.
  const manager = new Y.UndoManager([...copy.share.values()], { doc: copy });
  manager.undoStack.push(undoItem(update));
  manager.undo();
  manager.destroy();
}

type StackItem = Y.UndoManager['undoStack'][number];
type Ranges = StackItem['deletions']['clients'];

/**
 * What an undo manager would have noted if it had watched the transactions of `update`.
 *
 * Yjs does not export the classes of what is made here, and looks at the members only.
 */
function undoItem(update: Uint8Array): StackItem {
  const { structs, ds } = Y.decodeUpdate(update);
  const insertions = Y.createDeleteSet();
  for (const struct of structs.filter(struct => !(struct instanceof Y.Skip))) {
    addRange(insertions.clients, struct.id.client, struct.id.clock, struct.length);
  }
  const deletions = Y.mergeDeleteSets([ds]);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  return { insertions, deletions, meta: new Map() };
}

function addRange(ranges: Ranges, client: number, clock: number, len: number): void {
  const known = ranges.get(client) ?? [];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  known.push({ clock, len });
  ranges.set(client, known);
}
