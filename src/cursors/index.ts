export * from './editor';
export * from './file';
export * from './notebook';
export * from './publish';
export * from './settings';
export * from './trackers';
export type { BeyondNavigator } from './beyond';
export type { CursorTracker } from './tracker';
