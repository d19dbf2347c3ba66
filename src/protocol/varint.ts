import { ProtocolError } from './errors';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Collects the parts of one frame from front to back. */
export class Writer {
  writeByte(byte: number): this {
    this._parts.push(Uint8Array.of(byte));
    return this;
  }

  /** Little-endian base 128. Arithmetic instead of shifts: shifts end at 32 bits, this at 53. */
  writeVarUint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 0x7f) {
      bytes.push(0x80 | (rest % 0x80));
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
    this._parts.push(Uint8Array.from(bytes));
    return this;
  }

  writeVarBytes(bytes: Uint8Array): this {
    this.writeVarUint(bytes.length);
    this._parts.push(bytes);
    return this;
  }

  writeVarString(text: string): this {
    return this.writeVarBytes(utf8.encode(text));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const frame = new Uint8Array(this._parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of this._parts) {
      frame.set(part, at);
      at += part.length;
    }
    return frame;
  }

  private readonly _parts: Uint8Array[] = [];
}

/** Reads one frame from front to back; raises `ProtocolError` where the bytes do not fit. */
export class Reader {
  constructor(private readonly _bytes: Uint8Array) {}

  readByte(): number {
    const byte = this._bytes[this._at];
    if (byte === undefined) {
      throw new ProtocolError('the frame ends too early');
    }
    this._at += 1;
    return byte;
  }

  readVarUint(): number {
    let value = 0;
    for (let unit = 1; unit <= Number.MAX_SAFE_INTEGER; unit *= 0x80) {
      const byte = this.readByte();
      value += (byte & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER) {
        break;
      }
      if (byte < 0x80) {
        return value;
      }
    }
    throw new ProtocolError('a number has more than 53 bits');
  }

  readVarBytes(): Uint8Array {
    const size = this.readVarUint();
    const left = this._bytes.length - this._at;
    if (size > left) {
      throw new ProtocolError(`${size} bytes announced, ${left} left`);
    }
    const bytes = this._bytes.subarray(this._at, this._at + size);
    this._at += size;
    return bytes;
  }

  readVarString(): string {
    return textOf(this.readVarBytes());
  }

  readJson(): unknown {
    return jsonOf(this.readVarBytes());
  }

  expectEnd(): void {
    const left = this._bytes.length - this._at;
    if (left > 0) {
      throw new ProtocolError(`${left} bytes too many`);
    }
  }

  private _at = 0;
}

/** What the bytes of a string say; raises `ProtocolError` where they are none. */
function textOf(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new ProtocolError('a string is not UTF-8');
  }
}

/** The JSON in the bytes of a string; raises `ProtocolError` where it is none. */
export function jsonOf(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('a member is not JSON');
  }
}
