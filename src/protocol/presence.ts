import { ProtocolError } from './errors';
import type { Awareness } from './messages';
import { readObject } from './status';
import type { JsonObject } from './status';
import { jsonOf, Reader, Writer } from './varint';

/** What one client has told about itself; a `null` state says that it has left. */
export interface PresenceEntry {
  readonly client: number;
  readonly clock: number;
  readonly state: JsonObject | null;
}

/** Read the entries of an awareness update, of which each has to be what it should be. */
export function readPresence(update: Uint8Array): PresenceEntry[] {
  return readEntries(update).map(entry => {
    const { client, clock } = entry;
    return { client, clock, state: stateOf(entry) };
  });
}

/** An entry of which the state has not been read. */
interface RawEntry {
  readonly client: number;
  readonly clock: number;
  readonly json: Uint8Array;
}

function readEntries(update: Uint8Array): RawEntry[] {
  const reader = new Reader(update);
  const entries: RawEntry[] = [];
  for (let left = reader.readVarUint(); left > 0; left--) {
    const [client, clock] = [reader.readVarUint(), reader.readVarUint()];
    entries.push({ client, clock, json: reader.readVarBytes() });
  }
  reader.expectEnd();
  return entries;
}

function stateOf({ json }: RawEntry): JsonObject | null {
  const state = jsonOf(json);
  return state === null ? null : readObject(state);
}

/** What this client says of itself. */
export function readOwnAwareness(reader: Reader): Awareness {
  const update = reader.readVarBytes();
  readPresence(update);
  return { type: 'awareness', update };
}

/**
 * What the server passes on is made by others. A state that is none is left out, so that what is
 * left can be applied: who has said it must not be able to end our connection.
 */
export function readOthersAwareness(reader: Reader): Awareness {
  const update = reader.readVarBytes();
  const entries = readEntries(update);
  const readable = entries.filter(isReadable);
  const isAll = readable.length === entries.length;
  return { type: 'awareness', update: isAll ? update : writeEntries(readable) };
}

function isReadable(entry: RawEntry): boolean {
  try {
    stateOf(entry);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) {
      return false;
    }
    throw error;
  }
}

function writeEntries(entries: readonly RawEntry[]): Uint8Array {
  const writer = new Writer().writeVarUint(entries.length);
  for (const { client, clock, json } of entries) {
    writer.writeVarUint(client).writeVarUint(clock).writeVarBytes(json);
  }
  return writer.finish();
}
