import type { Awareness } from 'y-protocols/awareness';

import { Roster } from './roster';

const rosters = new WeakMap<Awareness, Roster>();

/** The roster of an awareness: all who ask get the same one. It ends with the awareness. */
export function rosterOf(awareness: Awareness): Roster {
  const known = rosters.get(awareness);
  if (known !== undefined) {
    return known;
  }
  const roster = new Roster(awareness);
  rosters.set(awareness, roster);
  awareness.on('destroy', () => roster.dispose());
  return roster;
}
