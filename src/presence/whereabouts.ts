import type { Person } from './people';

/** The document that somebody has in front, on the page where they were active last. */
export function pathOf(person: Person): string | null {
  const current = person.peers.map(({ state }) => state.current).find(isText);
  return current === undefined ? null : current.slice(current.indexOf(':') + 1);
}

/** All documents that somebody has open, the one in front first. */
export function documentsOf(person: Person): readonly string[] {
  const listed = person.peers
    .flatMap(({ state }) => (Array.isArray(state.documents) ? (state.documents as unknown[]) : []))
    .filter(isText);
  const front = pathOf(person);
  const rest = [...new Set(listed)].filter(path => path !== front).sort();
  return front !== null && listed.includes(front) ? [front, ...rest] : rest;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
