export { LostCells } from './lost';
export { putBackInto } from './putback';
export { StayingPut } from './stay';
export type { LostCell } from './stay';
