import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { CloseCode, decode, encode, ProtocolError } from '../protocol';
import type { Adopt, ClientMessage } from '../protocol';
import { now } from './clock';
import { nextDeadline } from './deadlines';
import type { Effect, SaveResult } from './effects';
import type { Occurrence } from './events';
import type { Line } from './line';
import { reduce } from './reduce';
import { idle } from './state';
import type { Room, SessionState, Subject } from './state';

/** The local copy of the document. */
export interface Replica {
  stateVector(): Uint8Array;
  /** All that a document with this state vector lacks, as an update. */
  missingFrom(stateVector: Uint8Array): Uint8Array;
  /** Our history, for a server that has lost it. */
  offer(): Pick<Adopt, 'state' | 'undo'>;
  merge(updates: readonly Uint8Array[]): Uint8Array;
  /**
   * Apply what came from the server; throws where it cannot be applied. What it deletes of the first
   * `heeded` local edits was there when it was deleted.
   */
  apply(update: Uint8Array, heeded: number): void;
  /** All that was applied so far is in the file, and so are the first `edits` local edits. */
  filed(edits: number): void;
}

/** Who else is there, and what they are told about us. */
export interface Presence {
  encode(): Uint8Array;
  apply(update: Uint8Array): void;
  /** Make our own state newer than what others remember of us, and report it as `moved`. */
  renew(): void;
  forgetPeers(): void;
}

/**
 * Runs a session: performs the effects of the reducer and tells it what happens.
 *
 * It owns the socket, the timer, and nothing else. `stateChanged` is emitted once after each
 * burst of events; what is disposed closes the socket and is silent from then on.
 */
export class SessionDriver implements IDisposable {
  constructor(private readonly _options: SessionDriver.IOptions) {
    this._state = idle(_options.subject, _options.path);
  }

  get state(): SessionState {
    return this._state;
  }

  get stateChanged(): ISignal<this, SessionState> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this._state.link.kind === 'closed';
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    Signal.clearData(this);
    this.tell({ type: 'closed' });
    clearTimeout(this._timer);
  }

  /** Save what has been written so far; resolves when the server has answered. */
  save(): Promise<SaveResult> {
    const id = (this._lastSave += 1);
    return new Promise(resolve => {
      this._saves.set(id, resolve);
      this.tell({ type: 'saveAsked', id });
    });
  }

  /** Tell the session that something happened. What happens meanwhile waits for its turn. */
  tell(occurrence: Occurrence): void {
    this._inbox.push(occurrence);
    if (this._inbox.length === 1) {
      this._drain();
    }
  }

  /** The one who works stays in the inbox until done, so that `tell` knows of it. */
  private _drain(): void {
    const before = this._state;
    for (let next = this._inbox[0]; next !== undefined; next = this._inbox[0]) {
      this._handle(next);
      this._inbox.shift();
    }
    this._setTimer();
    if (this._state !== before) {
      this._stateChanged.emit(this._state);
    }
  }

  private _handle(occurrence: Occurrence): void {
    const backlog = this._socket?.bufferedAmount ?? 0;
    const moment = { at: now(), luck: Math.random(), backlog };
    const [state, effects] = reduce(this._state, { ...occurrence, ...moment });
    this._state = state;
    effects.forEach(effect => this._perform(effect));
  }

  private _perform(effect: Effect): void {
    const { replica, presence } = this._options;
    switch (effect.type) {
      case 'ask':
        return this._ask(effect.path);
      case 'open':
        return this._open(effect.room, effect.lineage);
      case 'hangUp':
        return this._hangUp();
      case 'send':
        return this._send(effect.message);
      case 'sendStateVector':
        return this._send({ type: 'step1', stateVector: replica.stateVector() });
      case 'sendMissing':
        return this._send({ type: 'step2', update: replica.missingFrom(effect.stateVector) });
      case 'sendAdopt':
        return this._send({ type: 'adopt', ...replica.offer() });
      case 'sendEdits':
        return this._send({ type: 'update', update: replica.merge(effect.updates) });
      case 'sendPresence':
        return this._send({ type: 'awareness', update: presence.encode() });
      case 'announce':
        return this._show(() => presence.renew());
      case 'apply':
        return this._apply(() => replica.apply(replica.merge(effect.updates), effect.heeded));
      case 'filed':
        return replica.filed(effect.edits);
      case 'applyPresence':
        return this._show(() => presence.apply(effect.update));
      case 'forgetPeers':
        return this._show(() => presence.forgetPeers());
      case 'settleSave':
        return this._settleSave(effect.id, effect.result);
    }
  }

  private _ask(path: string): void {
    const turn = (this._turn += 1);
    const { line } = this._options;
    void line.ask(path).then(answer => turn === this._turn && this.tell(answer));
  }

  private _open(room: Room | string, lineage: string | null): void {
    const { line } = this._options;
    const socket = line.open(room, lineage);
    this._socket = socket;
    const tell = (occurrence: Occurrence) => {
      if (this._socket === socket) {
        this.tell(occurrence);
      }
    };
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
      tell({ type: 'opened' });
    };
    socket.onmessage = ({ data }) => tell(readFrame(data));
    socket.onclose = ({ code, reason }) => {
      if (wasOpen) {
        tell({ type: 'lost', code, reason });
      } else {
        void line.isLoggedOut().then(isLoggedOut => {
          tell({ type: 'lost', code: isLoggedOut ? CloseCode.Unauthenticated : code, reason });
        });
      }
    };
  }

  private _hangUp(): void {
    this._turn += 1;
    const socket = this._socket;
    this._socket = null;
    socket?.close();
  }

  private _send(message: ClientMessage): void {
    // A socket that is closing has told us, or will: what is lost here is sent again then.
    if (this._socket?.readyState !== SOCKET_OPEN) {
      return;
    }
    const frame = encode(message);
    if (frame.length <= (this._options.maxFrame ?? Infinity)) {
      this._socket.send(frame);
    } else {
      this.tell({ type: 'oversized' });
    }
  }

  private _apply(change: () => void): void {
    try {
      change();
    } catch (error) {
      console.error('The server sent something that cannot be applied.', error);
      this.tell({ type: 'garbled' });
    }
  }

  /** What others say of themselves may be anything, and whoever shows it may stumble over it. */
  private _show(change: () => void): void {
    try {
      change();
    } catch (error) {
      console.error('Who is here cannot be shown.', error);
    }
  }

  private _settleSave(id: number, result: SaveResult): void {
    this._saves.get(id)?.(result);
    this._saves.delete(id);
  }

  /**
   * One timer for the nearest deadline. One that fires too early does no harm. What is due already
   * is done as soon as those who are at work now are done, so that what they do leaves together.
   */
  private _setTimer(): void {
    const deadline = nextDeadline(this._state);
    if (deadline === null || deadline >= this._timerDue) {
      return;
    }
    clearTimeout(this._timer);
    this._timerDue = deadline;
    const wait = deadline - now();
    if (wait > 0) {
      this._timer = setTimeout(() => this._wake(), wait);
    } else {
      queueMicrotask(() => this._wake());
    }
  }

  private _wake(): void {
    this._timerDue = Infinity;
    this.tell({ type: 'ticked' });
  }

  private _state: SessionState;
  private _socket: WebSocket | null = null;
  /** Tells answers to the last question from answers to those that were dropped. */
  private _turn = 0;
  private _lastSave = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _timerDue = Infinity;
  private readonly _inbox: Occurrence[] = [];
  private readonly _saves = new Map<number, (result: SaveResult) => void>();
  private readonly _stateChanged = new Signal<this, SessionState>(this);
}

export namespace SessionDriver {
  export interface IOptions {
    readonly subject: Subject;
    readonly path?: string;
    readonly replica: Replica;
    readonly presence: Presence;
    readonly line: Line;
    /** How many bytes the server takes in one frame. */
    readonly maxFrame?: number;
  }
}

/** `WebSocket.OPEN`, which implementations other than the browser's may lack. */
const SOCKET_OPEN = 1;

function readFrame(data: unknown): Occurrence {
  if (!(data instanceof ArrayBuffer)) {
    return { type: 'garbled' };
  }
  try {
    return { type: 'received', message: decode(new Uint8Array(data)) };
  } catch (error) {
    if (error instanceof ProtocolError) {
      console.warn('The server sent what is no message:', error.message);
      return { type: 'garbled' };
    }
    throw error;
  }
}
