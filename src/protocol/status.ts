import { ProtocolError } from './errors';

/** What the server knows about how a document is kept (W9). Each part stands for itself. */
export interface Status {
  readonly save: SaveStatus;
  readonly history: HistoryStatus;
  readonly file: FileStatus;
}

/** Whether the file holds what the room holds. */
export interface SaveStatus extends Explained {
  /** `off`: nobody who is connected wants automatic saving. */
  readonly state: 'saved' | 'unsaved' | 'saving' | 'failed' | 'off';
  /** Names the content that was last written, as the contents manager hashes it. */
  readonly hash?: string;
  /** When it was written, in seconds since the epoch. */
  readonly at?: number;
  /** When a failed save is tried again, in seconds since the epoch. */
  readonly retryAt?: number;
}

/** Whether edits reach the log that survives the server. */
export interface HistoryStatus extends Explained {
  readonly state: 'kept' | 'degraded';
}

/** Whether there is a file to save to. */
export interface FileStatus extends Explained {
  readonly state: 'present' | 'gone';
  readonly path: string;
}

/** Why something is not as it should be: a word for programs, and a sentence for people. */
export interface Explained {
  readonly reason?: string;
  readonly message?: string;
}

const SAVE_STATES = ['saved', 'unsaved', 'saving', 'failed', 'off'] as const;
const HISTORY_STATES = ['kept', 'degraded'] as const;
const FILE_STATES = ['present', 'gone'] as const;

/** Check that `value` is a status; members that we do not know are left out. */
export function readStatus(value: unknown): Status {
  const status = readObject(value);
  return {
    save: readSave(readObject(status.save)),
    history: readHistory(readObject(status.history)),
    file: readFile(readObject(status.file))
  };
}

function readSave(save: JsonObject): SaveStatus {
  return {
    state: readOneOf(SAVE_STATES, save.state),
    ...readExplanation(save),
    ...optional('hash', asString(save.hash)),
    ...optional('at', asNumber(save.at)),
    ...optional('retryAt', asNumber(save.retryAt))
  };
}

function readHistory(history: JsonObject): HistoryStatus {
  return { state: readOneOf(HISTORY_STATES, history.state), ...readExplanation(history) };
}

function readFile(file: JsonObject): FileStatus {
  return {
    state: readOneOf(FILE_STATES, file.state),
    path: readString(file.path),
    ...readExplanation(file)
  };
}

function readExplanation(value: JsonObject): Explained {
  return {
    ...optional('reason', asString(value.reason)),
    ...optional('message', asString(value.message))
  };
}

export type JsonObject = { readonly [key: string]: unknown };

export function readObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError('a member is no object');
  }
  return value as JsonObject;
}

export function readString(value: unknown): string {
  if (typeof value !== 'string') {
    throw new ProtocolError('a member is no string');
  }
  return value;
}

export function readOneOf<T extends string>(choices: readonly T[], value: unknown): T {
  const choice = choices.find(known => known === value);
  if (choice === undefined) {
    throw new ProtocolError(`${JSON.stringify(value)} is none of ${choices.join(', ')}`);
  }
  return choice;
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Absent instead of `undefined`, so that equal statuses are equal values. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
