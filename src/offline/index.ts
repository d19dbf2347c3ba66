/** Keeps in the browser what the server does not have yet, over reloads and crashes. */
export type { Kept } from './copy';
export { IndexedDbShelf } from './indexeddb';
export { browserOwners } from './owners';
export { Shelter } from './shelter';
export { EXPIRY, OfflineStorage } from './storage';
export type { Keepsake } from './keepsake';
export type { Entry, Piece } from './shelf';
export { pathOfFile } from './whereabouts';
