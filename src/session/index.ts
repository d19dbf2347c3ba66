/** One document's conversation with the server: a pure reducer, and a driver that does the I/O. */
export { ALL_EDITS } from './effects';
export type { Effect } from './effects';
export type { AskFailure, Occurrence } from './events';
export { makeClock, now } from './clock';
export { nextDeadline } from './deadlines';
export { reduce } from './reduce';
export { idle, unsynced } from './state';
export { follow, LATE } from './waiting';
export type { Waiting } from './waiting';
export type { Link, Room, SessionState, Subject } from './state';
export { SessionDriver } from './driver';
export type { Presence, Replica } from './driver';
export { ServerLine } from './line';
export type { Answer, Line } from './line';
export { tellReachable, watchPage } from './page';
