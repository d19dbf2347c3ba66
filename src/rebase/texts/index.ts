/** Differences of texts, and merging them. */
export { Effort } from './common';
export { applyHunks, diffText } from './differences';
export type { Hunk } from './differences';
export { mergeText, mergeTexts } from './merge';
export { uniteText } from './union';
