import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { decode, encode, ProtocolError } from '..';
import type { ClientMessage, ServerMessage } from '..';
import { Writer } from '../varint';
import { decodeClient, encodeServer, readPresence } from './server';

interface Vector {
  readonly name: string;
  readonly direction: 'client' | 'server';
  readonly message: { readonly [key: string]: unknown };
  readonly bytes: string;
  readonly error?: boolean;
}

const path = join(__dirname, '../../../tests/vectors/wire.json');
const vectors = JSON.parse(readFileSync(path, 'utf-8')) as Vector[];

function select(direction: Vector['direction'], error: boolean): [string, Vector][] {
  return vectors
    .filter(vector => vector.direction === direction && (vector.error ?? false) === error)
    .map(vector => [vector.name, vector]);
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], byte => parseInt(byte, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** A message in the notation of the vectors: bytes as hex, presence as a list. */
function describeMessage(message: ServerMessage | ClientMessage): object {
  switch (message.type) {
    case 'step1':
      return { ...message, stateVector: toHex(message.stateVector) };
    case 'step2':
    case 'update':
      return { ...message, update: toHex(message.update) };
    case 'adopt':
      return { ...message, state: toHex(message.state), undo: toHex(message.undo) };
    case 'awareness':
      return { type: message.type, entries: readPresence(message.update) };
    case 'saveReply':
      return omitEmpty(message);
    default:
      return message;
  }
}

function omitEmpty(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== ''));
}

describe('what the server says (W1 W2 W3 W4 W6 W7 W8 W9 W10 W11 W13 W14)', () => {
  it.each(select('server', false))('decodes %s', (_, vector) => {
    expect(describeMessage(decode(fromHex(vector.bytes)))).toEqual(vector.message);
  });

  it.each(select('server', false))('encodes %s again', (_, vector) => {
    const frame = fromHex(vector.bytes);
    expect(describeMessage(decode(encodeServer(decode(frame))))).toEqual(vector.message);
  });

  it.each(select('server', true))('refuses %s (W12)', (_, vector) => {
    expect(() => decode(fromHex(vector.bytes))).toThrow(ProtocolError);
  });
});

describe('what clients say (W1 W2 W3 W4 W11 W14)', () => {
  it.each(select('client', false))('encodes %s', (_, vector) => {
    const message = decodeClient(fromHex(vector.bytes));
    expect(describeMessage(message)).toEqual(vector.message);
    expect(toHex(encode(message))).toBe(vector.bytes);
  });

  it.each(select('client', true))('refuses %s (W12)', (_, vector) => {
    expect(() => decodeClient(fromHex(vector.bytes))).toThrow(ProtocolError);
  });
});

describe('what others say of themselves (W16)', () => {
  function frameOf(...states: readonly string[]): Uint8Array {
    const update = new Writer().writeVarUint(states.length);
    states.forEach((json, at) => update.writeVarUint(at).writeVarUint(1).writeVarString(json));
    return new Writer().writeByte(1).writeVarBytes(update.finish()).finish();
  }

  it('leaves out a state that is none, and keeps those around it', () => {
    for (const bad of ['NaN', '{"x":NaN}', '{"x":Infinity}', '{', '', '[]', '"x"', '1']) {
      expect(describeMessage(decode(frameOf('{"a":1}', bad, 'null')))).toEqual({
        type: 'awareness',
        entries: [
          { client: 0, clock: 1, state: { a: 1 } },
          { client: 2, clock: 1, state: null }
        ]
      });
    }
  });

  it('leaves out a state that is not UTF-8', () => {
    const frame = frameOf('"x"', '{"a":1}');
    frame.set([0xff], frame.indexOf('x'.charCodeAt(0)));
    const entries = [{ client: 1, clock: 1, state: { a: 1 } }];
    expect(describeMessage(decode(frame))).toEqual({ type: 'awareness', entries });
  });

  it('refuses the same of ourselves', () => {
    expect(() => decodeClient(frameOf('{"x":NaN}'))).toThrow(ProtocolError);
  });
});

describe('any bytes (W5 W12)', () => {
  const valid = vectors.filter(vector => vector.error !== true && vector.direction === 'server');

  it('raises nothing but protocol errors on frames that were cut off', () => {
    for (const vector of valid) {
      const frame = fromHex(vector.bytes);
      for (let size = 0; size < frame.length; size++) {
        expect(() => decode(frame.subarray(0, size))).toThrow(ProtocolError);
      }
    }
  });

  it('raises nothing but protocol errors on frames with one byte changed', () => {
    for (const vector of valid) {
      const frame = fromHex(vector.bytes);
      for (let at = 0; at < frame.length; at++) {
        const changed = Uint8Array.from(frame);
        changed[at] = (changed[at] ?? 0) ^ 0x55;
        expectMessageOrProtocolError(changed);
      }
    }
  });

  it.each([0, 127, 128, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER])('keeps %d', number => {
    expect(decodeClient(encode({ type: 'ping', number }))).toEqual({ type: 'ping', number });
  });

  it('refuses numbers of more than 53 bits', () => {
    const frame = new Writer().writeByte(64).writeByte(1);
    [255, 255, 255, 255, 255, 255, 255, 127].forEach(byte => frame.writeByte(byte));
    expect(() => decode(frame.finish())).toThrow(ProtocolError);
  });
});

function expectMessageOrProtocolError(frame: Uint8Array): void {
  try {
    expect(decode(frame)).toHaveProperty('type');
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}
