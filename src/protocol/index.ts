/** The wire: messages, their bytes and close codes. Pure, and without any dependency. */
export { CloseCode } from './close';
export { SUBPROTOCOL, decode, decodeClient, encode, encodeServer } from './codec';
export { ProtocolError } from './errors';
export type * from './messages';
export { readPresence } from './presence';
export type { SaveStatus, Status } from './status';
