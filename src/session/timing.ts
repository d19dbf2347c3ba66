/** How long things may take, in milliseconds. */

/** Local edits closer together than this leave as one frame. */
export const FLUSH_INTERVAL = 20;

/** The server is asked for a sign of life when nothing was heard for this long... */
export const QUIET_LIMIT = 15_000;
/** ...and given up when it does not answer for this long. */
export const PING_LIMIT = 5_000;

export const ASK_LIMIT = 20_000;
export const CONNECT_LIMIT = 10_000;
/** The server reads the file and its history before it says hello. */
export const HELLO_LIMIT = 60_000;
/** A large document may need minutes on a slow line, and no frame arrives in parts. */
export const SYNC_LIMIT = 300_000;
/** What others did while we were away needs less, as a rule: four times as long with each attempt. */
export function syncPatience(attempt: number): number {
  return Math.min(SYNC_LIMIT, QUIET_LIMIT * 4 ** attempt);
}

/** A connection that held this long was a good one: the next failure is a first one again. */
export const STABLE_AFTER = 10_000;
/** After a shorter one so many count at most: four seconds, as where a server is started twice. */
export const ATTEMPTS_AFTER_SYNC = 4;

const FIRST_RETRY = 250;
export const LAST_RETRY = 30_000;
/** The least wait after the server said that there are too many of us. */
export const CROWDED_RETRY = 5_000;

/** A document that was never seen is given up after so many failures; an open one never is. */
export const OPENING_ATTEMPTS = 6;

/** Exponential back-off with full jitter, so that clients of one server do not come in waves. */
export function backOff(attempt: number, luck: number): number {
  return luck * Math.min(LAST_RETRY, FIRST_RETRY * 2 ** attempt);
}
