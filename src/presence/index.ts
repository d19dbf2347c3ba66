export * from './contrast';
export * from './place';
export * from './roster';
export * from './rosters';
export * from './user';
export * from './whereabouts';
