import type { Status } from './status';

/** What a connection may do with the document. */
export type Access = 'view' | 'edit';

/** «This is what I have»: a Yjs state vector. */
export interface Step1 {
  readonly type: 'step1';
  readonly stateVector: Uint8Array;
}

/** The answer to step 1: a Yjs update with all that the other side lacks. */
export interface Step2 {
  readonly type: 'step2';
  readonly update: Uint8Array;
}

/** An edit: a Yjs update. */
export interface Update {
  readonly type: 'update';
  readonly update: Uint8Array;
}

/** Who is here and where: an awareness update as y-protocols encodes it. */
export interface Awareness {
  readonly type: 'awareness';
  readonly update: Uint8Array;
}

/** Save now, and answer with a `SaveReply` of the same id. */
export interface Save {
  readonly type: 'save';
  readonly id: number;
}

/** Are you there? */
export interface Ping {
  readonly type: 'ping';
  readonly number: number;
}

/**
 * Go on with my history: the answer to a `Hello` that `adopts`. `state` is a Yjs update that makes
 * the whole document; `undo`, applied after it, takes back all that is not known to be in the file.
 */
export interface Adopt {
  readonly type: 'adopt';
  readonly state: Uint8Array;
  readonly undo: Uint8Array;
}

export interface SaveReply {
  readonly type: 'saveReply';
  readonly id: number;
  /** `skipped`: the file held all of it already, or another save is doing the work. */
  readonly status: 'success' | 'skipped' | 'failed';
  readonly reason: string;
  readonly message: string;
}

/** The first frame: which history this is, and what this connection may do with it. */
export interface Hello {
  readonly type: 'hello';
  readonly lineage: string;
  readonly access: Access;
  readonly path: string;
  readonly status: Status;
  /** The server asks for an `Adopt`, and greets again after it. */
  readonly adopts?: true;
}

/** The first `count` step 2 and update frames of this connection are durable. */
export interface Ack {
  readonly type: 'ack';
  readonly count: number;
}

export interface StatusChanged {
  readonly type: 'status';
  readonly status: Status;
}

/** Why a frame, or the connection that is closed next, was refused. */
export interface Refusal {
  readonly type: 'refusal';
  readonly reason: string;
  readonly message: string;

  /** What exactly is wrong, and where. */
  readonly detail?: string;
}

export interface Pong {
  readonly type: 'pong';
  readonly number: number;
}

export type ClientMessage = Step1 | Step2 | Update | Awareness | Save | Ping | Adopt;

export type ServerMessage =
  Step1 | Step2 | Update | Awareness | SaveReply | Hello | Ack | StatusChanged | Refusal | Pong;
