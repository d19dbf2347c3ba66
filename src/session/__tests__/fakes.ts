import type { ClientMessage, ServerMessage } from '../../protocol';
import { decodeClient, encodeServer } from '../../protocol/__tests__/server';
import type { Answer, AskFailure, Line } from '..';
import { ROOM } from './play';

/** The other end of a socket, in the hands of a test. */
export class FakeSocket {
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: ClientMessage[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;

  send(frame: Uint8Array): void {
    this.sent.push(decodeClient(frame));
  }

  close(): void {
    this.readyState = 3;
  }

  say(message: ServerMessage): void {
    const frame = encodeServer(message);
    this.onmessage({ data: frame.buffer });
  }

  types(): string[] {
    return this.sent.map(message => message.type);
  }
}

export class FakeLine implements Line {
  readonly sockets: FakeSocket[] = [];
  failure: AskFailure | null = null;
  /** The history that the server names with a room. */
  lineage = 'L1';
  loggedOut = false;

  isLoggedOut(): Promise<boolean> {
    return Promise.resolve(this.loggedOut);
  }

  ask(path: string): Promise<Answer> {
    const { failure } = this;
    return Promise.resolve(
      failure === null
        ? { type: 'asked', room: { ...ROOM, path, lineage: this.lineage } }
        : { type: 'askFailed', failure }
    );
  }

  /** Resolves when the answer to the last question has arrived. */
  async answered(): Promise<void> {
    await Promise.resolve();
    await Promise.resolve();
  }

  open(): WebSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1] as FakeSocket;
  }
}
