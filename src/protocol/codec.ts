import { ProtocolError } from './errors';
import type { Awareness, ClientMessage, SaveReply, ServerMessage } from './messages';
import { readOthersAwareness, readOwnAwareness } from './presence';
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
    default:
      return encodeShared(message);
  }
}

/** The frame for what the server says: only tests need it, on this side. */
export function encodeServer(message: ServerMessage): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case 'saveReply':
      return start(RAW).writeVarString(saveReplyJson(message)).finish();
    case 'hello':
      return collab(HELLO, omitType(message));
    case 'status':
      return collab(STATUS, message.status);
    case 'refusal':
      return collab(REFUSAL, omitType(message));
    case 'ack':
      return start(COLLAB, ACK).writeVarUint(message.count).finish();
    case 'pong':
      return start(COLLAB, PING).writeVarUint(message.number).finish();
    default:
      return encodeShared(message);
  }
}

type SharedMessage = ClientMessage & ServerMessage;

function encodeShared(message: SharedMessage): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case 'step1':
      return start(SYNC, STEP1).writeVarBytes(message.stateVector).finish();
    case 'step2':
      return start(SYNC, STEP2).writeVarBytes(message.update).finish();
    case 'update':
      return start(SYNC, UPDATE).writeVarBytes(message.update).finish();
    case 'awareness':
      return start(AWARENESS).writeVarBytes(message.update).finish();
    default:
      return unreachable(message);
  }
}

function start(...head: number[]): Writer {
  const writer = new Writer();
  head.forEach(byte => writer.writeByte(byte));
  return writer;
}

function collab(kind: number, body: object): Uint8Array<ArrayBuffer> {
  return start(COLLAB, kind).writeVarString(JSON.stringify(body)).finish();
}

function omitType({ type: _, ...body }: { readonly type: string }): object {
  return body;
}

function saveReplyJson({ id, status, reason, message }: SaveReply): string {
  const why = reason === '' ? {} : { reason, message };
  return JSON.stringify({ type: 'save', responseTo: id, status, ...why });
}

/** Read what the server sent; raises `ProtocolError` and nothing else. */
export function decode(frame: Uint8Array): ServerMessage {
  return decodeWith(frame, {
    awareness: readOthersAwareness,
    raw: readSaveReply,
    collab: readFromServer
  });
}

/** Read what a client sent: only tests need it, on this side. */
export function decodeClient(frame: Uint8Array): ClientMessage {
  return decodeWith(frame, { awareness: readOwnAwareness, raw: readSave, collab: readFromClient });
}

/** The kinds of frames that differ by direction. */
interface Dialect<M> {
  awareness(reader: Reader): Awareness;
  raw(reader: Reader): M;
  collab(reader: Reader): M;
}

function decodeWith<M>(frame: Uint8Array, dialect: Dialect<M>): M | SharedMessage {
  const reader = new Reader(frame);
  const message = readMessage(reader, dialect);
  reader.expectEnd();
  return message;
}

function readMessage<M>(reader: Reader, dialect: Dialect<M>): M | SharedMessage {
  const kind = reader.readByte();
  switch (kind) {
    case SYNC:
      return readSync(reader);
    case AWARENESS:
      return dialect.awareness(reader);
    case RAW:
      return dialect.raw(reader);
    case COLLAB:
      return dialect.collab(reader);
    default:
      throw new ProtocolError(`frames of kind ${kind} are unknown`);
  }
}

function readSync(reader: Reader): SharedMessage {
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

function readSave(reader: Reader): ClientMessage {
  const command = reader.readVarString();
  if (command !== 'save') {
    throw new ProtocolError(`the command ${command.slice(0, 40)} is unknown`);
  }
  return { type: 'save', id: reader.readVarUint() };
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

function readFromServer(reader: Reader): ServerMessage {
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

function readFromClient(reader: Reader): ClientMessage {
  const kind = reader.readByte();
  switch (kind) {
    case PING:
      return { type: 'ping', number: reader.readVarUint() };
    case ADOPT:
      return { type: 'adopt', state: reader.readVarBytes(), undo: reader.readVarBytes() };
    default:
      throw new ProtocolError(`collab frames of kind ${kind} are not for clients to send`);
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

function unreachable(message: never): never {
  throw new TypeError(`no message: ${JSON.stringify(message)}`);
}
