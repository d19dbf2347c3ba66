/** Bytes that are no message. Decoding raises this and nothing else (W12). */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
