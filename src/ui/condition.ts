/** Which of all that may hold of a document counts. `describe.ts` puts it into words. */
import { unsynced } from '../session';
import type { SessionState } from '../session';

/** How a document stands, from the point of view of the person who edits it. */
export type Condition =
  | 'connecting'
  | 'loading'
  | 'offline'
  | 'missing'
  | 'refused'
  | 'reopening'
  | 'gone'
  | 'unreadable'
  | 'failed'
  | 'incomplete'
  | 'degraded'
  | 'viewing'
  | 'syncing'
  | 'off'
  | 'saved'
  | 'synced';

/** Conditions that people want to hear of without looking. */
export const NEWS: ReadonlySet<Condition> = new Set<Condition>([
  'offline',
  'missing',
  'refused',
  'gone',
  'unreadable',
  'failed',
  'incomplete',
  'degraded'
]);

/** Conditions of a document that is as it should be. */
export const CALM: ReadonlySet<Condition> = new Set<Condition>(['saved', 'synced', 'off']);

/** Which condition counts when several hold: what may lose work comes first. */
export function conditionOf(state: SessionState): Condition {
  switch (state.link.kind) {
    case 'offline':
      return 'offline';
    case 'missing':
      return 'missing';
    case 'refused':
    case 'closed':
      return 'refused';
    case 'diverged':
      return 'reopening';
    case 'synced':
      return liveConditionOf(state);
    default:
      if (state.link.kind === 'syncing' && state.partial) {
        return 'loading';
      }
      // Between two attempts of a document that was open, «offline» is the news.
      return state.lineage !== null && state.attempt > 0 ? 'offline' : 'connecting';
  }
}

function liveConditionOf(state: SessionState): Condition {
  const { status, access } = state;
  if (status?.file.state === 'gone') {
    // Any other reason is that of a file which is there.
    return (status.file.reason ?? 'deleted') === 'deleted' ? 'gone' : 'unreadable';
  }
  if (status?.save.state === 'failed') {
    return 'failed';
  }
  if (status?.save.state === 'saved' && status.save.reason === 'incomplete') {
    return 'incomplete';
  }
  if (status?.history.state === 'degraded') {
    return 'degraded';
  }
  if (access === 'view') {
    return 'viewing';
  }
  return unsynced(state) > 0 ? 'syncing' : savedConditionOf(state);
}

function savedConditionOf({ status }: SessionState): Condition {
  switch (status?.save.state) {
    case 'saved':
      return 'saved';
    case 'off':
      return 'off';
    default:
      return 'synced';
  }
}
