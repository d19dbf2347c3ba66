import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { dice } from '../../__tests__/dice';
import type { ServerMessage } from '../../protocol';
import { AwarenessPresence } from '../../documents/presence';
import { YReplica } from '../../documents/replica';
import { SessionDriver, unsynced } from '..';
import { FakeLine } from './fakes';
import type { FakeSocket } from './fakes';
import { DOCUMENT, STATUS } from './play';

/** What the server knows of one connection. */
interface Seat {
  readonly socket: FakeSocket;
  read: number;
  frames: number;
  acked: number;
}

/** A server that forgets, when it crashes, all that it has not made durable. */
class MiniServer {
  doc = new Y.Doc();
  readonly log: Uint8Array[] = [];
  readonly seats = new Set<Seat>();
  private _pending: Uint8Array[] = [];

  accept(socket: FakeSocket): void {
    const seat = { socket, read: 0, frames: 0, acked: 0 };
    this.seats.add(seat);
    socket.onopen();
    const hello = { type: 'hello', lineage: 'L1', access: 'edit', path: 'a.ipynb' } as const;
    socket.say({ ...hello, status: STATUS });
    socket.say({ type: 'step1', stateVector: Y.encodeStateVector(this.doc) });
  }

  /** Read what has come in since the last time. */
  listen(): void {
    for (const seat of this.seats) {
      for (const message of seat.socket.sent.slice(seat.read)) {
        seat.read += 1;
        if (message.type === 'step1') {
          const update = Y.encodeStateAsUpdate(this.doc, message.stateVector);
          seat.socket.say({ type: 'step2', update });
        } else if (message.type === 'step2' || message.type === 'update') {
          seat.frames += 1;
          this._take(seat, message.update);
        }
      }
    }
  }

  /** Make durable all that was read, and say so. */
  flush(): void {
    this.log.push(...this._pending);
    this._pending = [];
    for (const seat of this.seats) {
      if (seat.frames > seat.acked) {
        seat.acked = seat.frames;
        seat.socket.say({ type: 'ack', count: seat.acked });
      }
    }
  }

  crash(): void {
    [...this.seats].forEach(seat => this.drop(seat));
    this._pending = [];
    this.doc = this.durable();
  }

  drop(seat: Seat): void {
    this.seats.delete(seat);
    seat.socket.onclose({ code: 1006, reason: '' });
  }

  durable(): Y.Doc {
    const doc = new Y.Doc();
    this.log.forEach(update => Y.applyUpdate(doc, update));
    return doc;
  }

  private _take(from: Seat, update: Uint8Array): void {
    Y.applyUpdate(this.doc, update);
    this._pending.push(update);
    const message: ServerMessage = { type: 'update', update };
    [...this.seats].filter(seat => seat !== from).forEach(({ socket }) => socket.say(message));
  }
}

class Client {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly line = new FakeLine();
  readonly driver: SessionDriver;
  readonly words: string[] = [];
  seen = 0;

  constructor(readonly name: string) {
    this.driver = new SessionDriver({
      subject: DOCUMENT,
      path: 'a.ipynb',
      line: this.line,
      replica: new YReplica(this.doc, update => this.driver.tell({ type: 'edited', update })),
      presence: new AwarenessPresence(this.awareness, () => this.driver.tell({ type: 'moved' }))
    });
    this.driver.tell({ type: 'started' });
  }

  get text(): string {
    return this.doc.getText('source').toString();
  }

  type(place: number): void {
    const word = `<${this.name}${this.words.length}>`;
    this.words.push(word);
    // Between the words of others, so that all can be found again.
    const ends = [0, ...Array.from(this.text.matchAll(/>/g), ({ index }) => index + 1)];
    this.doc.getText('source').insert(ends[Math.floor(place * ends.length)] ?? 0, word);
  }

  dispose(): void {
    this.driver.dispose();
    this.awareness.destroy();
  }
}

/** Answers and timers of `milliseconds`, in small steps; new sockets reach the server. */
async function pass(server: MiniServer, clients: readonly Client[], milliseconds: number) {
  for (let left = milliseconds; left > 0; left -= 10) {
    await Promise.resolve();
    await Promise.resolve();
    jest.advanceTimersByTime(10);
    for (const client of clients) {
      for (const socket of client.line.sockets.slice(client.seen)) {
        server.accept(socket);
      }
      client.seen = client.line.sockets.length;
    }
    server.listen();
  }
}

function expectPromiseKept(server: MiniServer, client: Client): void {
  if (unsynced(client.driver.state) === 0) {
    const durable = server.durable().getText('source').toString();
    const missing = client.words.filter(word => !durable.includes(word));
    expect(missing).toEqual([]);
  }
}

async function play(seed: number): Promise<void> {
  const random = dice(seed);
  const server = new MiniServer();
  const clients = ['a', 'b', 'c'].map(name => new Client(name));
  await pass(server, clients, 50);
  for (let turn = 0; turn < 60; turn++) {
    const client = clients[Math.floor(random() * clients.length)] as Client;
    const what = random();
    if (what < 0.6) {
      client.type(random());
    } else if (what < 0.75) {
      server.flush();
    } else if (what < 0.8) {
      server.crash();
    } else if (what < 0.88) {
      const [seat] = server.seats;
      if (seat !== undefined) {
        server.drop(seat);
      }
    } else {
      await pass(server, clients, Math.ceil(random() * 20) * 10);
    }
    clients.forEach(each => expectPromiseKept(server, each));
  }
  await pass(server, clients, 70_000);
  server.flush();
  for (const client of clients) {
    expect(unsynced(client.driver.state)).toBe(0);
    expect(client.text).toBe(server.durable().getText('source').toString());
    client.words.forEach(word => expect(client.text.split(word)).toHaveLength(2));
  }
  clients.forEach(client => client.dispose());
}

describe('three people, a server that crashes, and lines that break', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
    'nothing is lost or doubled, and «synced» is true (seed %d)',
    async seed => {
      await play(seed);
    }
  );
});
