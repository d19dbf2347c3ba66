/** The wire: messages, their bytes and close codes. Pure, and without any dependency. */
export { CloseCode } from './close';
export { SUBPROTOCOL, decode, encode } from './codec';
export { ProtocolError } from './errors';
export type * from './messages';
export type { SaveStatus, Status } from './status';
