/** The server's end of the wire. What both ends say is in `codec.ts`. */
import { decode, encode, ProtocolError } from '..';
import type { ClientMessage, SaveReply, ServerMessage } from '..';
import { readObject } from '../status';
import { Reader, Writer } from '../varint';

const AWARENESS = 1;
const RAW = 2;
const COLLAB = 64;

/** The frame for what the server says. */
export function encodeServer(message: ServerMessage): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case 'saveReply':
      return frameOf(RAW).writeVarString(saveReplyJson(message)).finish();
    case 'hello':
      return frameOf(COLLAB, 0).writeVarString(bodyOf(message)).finish();
    case 'ack':
      return frameOf(COLLAB, 1).writeVarUint(message.count).finish();
    case 'status':
      return frameOf(COLLAB, 2).writeVarString(JSON.stringify(message.status)).finish();
    case 'refusal':
      return frameOf(COLLAB, 3).writeVarString(bodyOf(message)).finish();
    case 'pong':
      return frameOf(COLLAB, 4).writeVarUint(message.number).finish();
    default:
      return encode(message);
  }
}

function frameOf(...head: number[]): Writer {
  return head.reduce((writer, byte) => writer.writeByte(byte), new Writer());
}

function bodyOf({ type: _, ...body }: ServerMessage): string {
  return JSON.stringify(body);
}

function saveReplyJson({ id, status, reason, message }: SaveReply): string {
  const why = reason === '' ? {} : { reason, message };
  return JSON.stringify({ type: 'save', responseTo: id, status, ...why });
}

/** Read what a client sent; raises `ProtocolError` and nothing else. */
export function decodeClient(frame: Uint8Array): ClientMessage {
  const reader = new Reader(frame);
  const read = READERS[reader.readByte()];
  if (read === undefined) {
    return decode(frame) as ClientMessage;
  }
  const message = read(reader);
  reader.expectEnd();
  return message;
}

/** By the kinds of frames of which a server reads something else. */
const READERS: { readonly [kind: number]: (reader: Reader) => ClientMessage } = {
  [AWARENESS]: readAwareness,
  [RAW]: readSave,
  [COLLAB]: readCollab
};

function readAwareness(reader: Reader): ClientMessage {
  const update = reader.readVarBytes();
  readPresence(update);
  return { type: 'awareness', update };
}

function readSave(reader: Reader): ClientMessage {
  if (reader.readVarString() !== 'save') {
    throw new ProtocolError('the command is unknown');
  }
  return { type: 'save', id: reader.readVarUint() };
}

function readCollab(reader: Reader): ClientMessage {
  const kind = reader.readByte();
  switch (kind) {
    case 4:
      return { type: 'ping', number: reader.readVarUint() };
    case 5:
      return { type: 'adopt', state: reader.readVarBytes(), undo: reader.readVarBytes() };
    default:
      throw new ProtocolError(`collab frames of kind ${kind} are not for clients to send`);
  }
}

/** The entries of an awareness update, of which each has to be what it should be. */
export function readPresence(update: Uint8Array): object[] {
  const reader = new Reader(update);
  const entries: object[] = [];
  for (let left = reader.readVarUint(); left > 0; left--) {
    const [client, clock] = [reader.readVarUint(), reader.readVarUint()];
    const state = reader.readJson();
    entries.push({ client, clock, state: state === null ? null : readObject(state) });
  }
  reader.expectEnd();
  return entries;
}
