export * from './contrast';
export * from './roster';
export * from './rosters';
export * from './user';
