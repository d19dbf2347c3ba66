import { ProtocolError } from './errors';
import type { ClientMessage, ServerMessage } from './messages';
import { readAwareness } from './presence';
import { readObject, readOneOf, readStatus, readString } from './status';
import type { JsonObject } from './status';
import { Reader, Writer } from './varint';

/** What this client offers in the WebSocket handshake; without it collab frames never come (W6). */
export const SUBPROTOCOL = 'v1.jupyter-collab';

const SYNC = 0;
const AWARENESS = 1;
const RAW = 2;
const COLLAB = 64;

const STEP1 = 0;
const STEP2 = 1;
const UPDATE = 2;

const HELLO = 0;
const ACK = 1;
const STATUS = 2;
const REFUSAL = 3;
/** The same number in both directions: ping from a client, pong from the server. */
const PING = 4;
const ADOPT = 5;

/** The frame for what this client says. */
export function encode(message: ClientMessage): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case 'save':
      return start(RAW).writeVarString('save').writeVarUint(message.id).finish();
    case 'ping':
      return start(COLLAB, PING).writeVarUint(message.number).finish();
    case 'adopt':
      return start(COLLAB, ADOPT).writeVarBytes(message.state).writeVarBytes(message.undo).finish();
    case 'step1':
      return start(SYNC, STEP1).writeVarBytes(message.stateVector).finish();
    case 'step2':
      return start(SYNC, STEP2).writeVarBytes(message.update).finish();
    case 'update':
      return start(SYNC, UPDATE).writeVarBytes(message.update).finish();
    case 'awareness':
      return start(AWARENESS).writeVarBytes(message.update).finish();
  }
}

function start(...head: number[]): Writer {
  const writer = new Writer();
  head.forEach(byte => writer.writeByte(byte));
  return writer;
}

/** Read what the server sent; raises `ProtocolError` and nothing else. */
export function decode(frame: Uint8Array): ServerMessage {
  const reader = new Reader(frame);
  const message = readMessage(reader);
  reader.expectEnd();
  return message;
}

function readMessage(reader: Reader): ServerMessage {
  const kind = reader.readByte();
  switch (kind) {
    case SYNC:
      return readSync(reader);
    case AWARENESS:
      return readAwareness(reader);
    case RAW:
      return readSaveReply(reader);
    case COLLAB:
      return readCollab(reader);
    default:
      throw new ProtocolError(`frames of kind ${kind} are unknown`);
  }
}

function readSync(reader: Reader): ServerMessage {
  const step = reader.readByte();
  const payload = reader.readVarBytes();
  switch (step) {
    case STEP1:
      return { type: 'step1', stateVector: payload };
    case STEP2:
      return { type: 'step2', update: payload };
    case UPDATE:
      return { type: 'update', update: payload };
    default:
      throw new ProtocolError(`sync frames of kind ${step} are unknown`);
  }
}

const SAVE_RESULTS = ['success', 'skipped', 'failed'] as const;

function readSaveReply(reader: Reader): ServerMessage {
  const reply = readObject(reader.readJson());
  if (reply.type !== 'save') {
    throw new ProtocolError('a raw frame is no answer to a save');
  }
  return {
    type: 'saveReply',
    id: readCount(reply.responseTo),
    status: readOneOf(SAVE_RESULTS, reply.status),
    reason: readString(reply.reason ?? ''),
    message: readString(reply.message ?? '')
  };
}

function readCollab(reader: Reader): ServerMessage {
  const kind = reader.readByte();
  switch (kind) {
    case HELLO:
      return readHello(readObject(reader.readJson()));
    case ACK:
      return { type: 'ack', count: reader.readVarUint() };
    case STATUS:
      return { type: 'status', status: readStatus(reader.readJson()) };
    case REFUSAL:
      return readRefusal(readObject(reader.readJson()));
    case PING:
      return { type: 'pong', number: reader.readVarUint() };
    default:
      throw new ProtocolError(`collab frames of kind ${kind} are unknown`);
  }
}

function readHello(hello: JsonObject): ServerMessage {
  return {
    type: 'hello',
    lineage: readString(hello.lineage),
    access: readOneOf(['view', 'edit'], hello.access),
    path: readString(hello.path),
    status: readStatus(hello.status),
    ...(hello.adopts === true ? { adopts: true } : {})
  };
}

function readRefusal(refusal: JsonObject): ServerMessage {
  return {
    type: 'refusal',
    reason: readString(refusal.reason),
    message: readString(refusal.message),
    ...(refusal.detail === undefined ? {} : { detail: readString(refusal.detail) })
  };
}

function readCount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ProtocolError('a member is no whole number');
  }
  return value;
}
