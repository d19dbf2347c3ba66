export * from './editor';
export * from './publish';
export * from './settings';
export * from './trackers';
export * from './notebook';
