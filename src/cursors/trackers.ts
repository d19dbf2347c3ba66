import type { Awareness } from 'y-protocols/awareness';

import { rosterOf } from '../presence';
import { CursorTracker } from './tracker';

const trackers = new WeakMap<Awareness, CursorTracker>();

/** The cursors of a document, by its awareness: all who ask get the same ones. */
export function trackerOf(awareness: Awareness): CursorTracker {
  const known = trackers.get(awareness);
  if (known !== undefined) {
    return known;
  }
  const tracker = new CursorTracker(rosterOf(awareness));
  trackers.set(awareness, tracker);
  awareness.on('destroy', () => tracker.dispose());
  return tracker;
}
