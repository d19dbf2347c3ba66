export { StayingPut } from './stay';
export type { LostCell } from './stay';
