/** One document's conversation with the server: a pure reducer, and a driver that does the I/O. */
export type { Effect, SaveResult, Step } from './effects';
export type { AskFailure, Moment, Occurrence, SessionEvent } from './events';
export { makeClock, now } from './clock';
export { nextDeadline } from './deadlines';
export { reduce } from './reduce';
export { idle, unsynced, wireOf } from './state';
export { follow, LATE } from './waiting';
export type { Waiting } from './waiting';
export type { Link, Room, SessionState, Subject, Wire } from './state';
export { SessionDriver } from './driver';
export type { Presence, Replica } from './driver';
export { ServerLine } from './line';
export type { Answer, Line } from './line';
export { watchPage } from './page';
