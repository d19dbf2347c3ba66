/** Keeping what a person wrote when the history it was written in is lost. */
export { applyDifference, BY_OTHERS, readContent } from './content';
export type { Content, Difference } from './content';
export { Edits, holds } from './edits';
export { differenceOf } from './leftover';
export { MovedCells } from './moved';
export type { Coming } from './moved';
export { undoOf, UnsavedUpdates } from './unsynced';
