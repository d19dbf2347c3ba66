import { ProtocolError } from './errors';
import type { Awareness } from './messages';
import { readObject } from './status';
import { jsonOf, Reader, Writer } from './varint';

/**
 * What the server passes on is made by others. A state that is none is left out, so that what is
 * left can be applied: who has said it must not be able to end our connection.
 */
export function readAwareness(reader: Reader): Awareness {
  const update = reader.readVarBytes();
  const entries = readEntries(update);
  const readable = entries.filter(isReadable);
  const isAll = readable.length === entries.length;
  return { type: 'awareness', update: isAll ? update : writeEntries(readable) };
}

/** What one client has told about itself; a state of `null` says that it has left. */
interface Entry {
  readonly client: number;
  readonly clock: number;
  readonly json: Uint8Array;
}

function readEntries(update: Uint8Array): Entry[] {
  const reader = new Reader(update);
  const entries: Entry[] = [];
  for (let left = reader.readVarUint(); left > 0; left--) {
    const [client, clock] = [reader.readVarUint(), reader.readVarUint()];
    entries.push({ client, clock, json: reader.readVarBytes() });
  }
  reader.expectEnd();
  return entries;
}

function isReadable({ json }: Entry): boolean {
  try {
    const state = jsonOf(json);
    if (state !== null) {
      readObject(state);
    }
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) {
      return false;
    }
    throw error;
  }
}

function writeEntries(entries: readonly Entry[]): Uint8Array {
  const writer = new Writer().writeVarUint(entries.length);
  for (const { client, clock, json } of entries) {
    writer.writeVarUint(client).writeVarUint(clock).writeVarBytes(json);
  }
  return writer.finish();
}
