import * as Y from 'yjs';

/**
 * Has nobody told of a member that is as it was; for `beforeObserverCalls`.
 *
 * Where two people set one member in the same moment, such as the number of a cell that both run, one
 * page gets a value that does not count. Yjs names the member all the same, without what has changed
 * of it, and JupyterLab's models fail over that: nobody would hear of the rest of the update, and
 * the connection would be given up.
 */
export function forgetWhatIsAsItWas(transaction: Y.Transaction): void {
  const { beforeState, changed, deleteSet } = transaction;
  changed.forEach((keys, type) => {
    for (const key of keys) {
      const item = key === null ? undefined : type._map.get(key);
      const isOld = item !== undefined && item.id.clock < (beforeState.get(item.id.client) ?? 0);
      if (isOld && !Y.isDeleted(deleteSet, item.id)) {
        keys.delete(key);
      }
    }
  });
}
