import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { AwarenessPresence } from '../../documents/presence';
import { YReplica } from '../../documents/replica';
import { Writer } from '../../protocol/varint';
import { SessionDriver, watchPage } from '..';
import { FakeLine } from './fakes';
import type { FakeSocket } from './fakes';
import { DOCUMENT, STATUS } from './play';

/** A driver on a document of its own, and a server's document that it syncs with. */
function setUp() {
  const line = new FakeLine();
  const doc = new Y.Doc();
  const server = new Y.Doc();
  server.getText('source').insert(0, 'hello');
  const awareness = new Awareness(doc);
  const driver: SessionDriver = new SessionDriver({
    subject: DOCUMENT,
    path: 'a.ipynb',
    line,
    replica: new YReplica(doc, update => driver.tell({ type: 'edited', update })),
    presence: new AwarenessPresence(awareness, () => driver.tell({ type: 'moved' }))
  });
  return { line, doc, server, awareness, driver };
}

type World = ReturnType<typeof setUp>;

async function connect({ line, server, driver }: World): Promise<FakeSocket> {
  driver.tell({ type: 'started' });
  await line.answered();
  const { socket } = line;
  socket.onopen();
  socket.say({ type: 'hello', lineage: 'L1', access: 'edit', path: 'a.ipynb', status: STATUS });
  socket.say({ type: 'step1', stateVector: Y.encodeStateVector(server) });
  socket.say({ type: 'step2', update: Y.encodeStateAsUpdate(server) });
  return socket;
}

/** What the server would hold if it applied all that was sent. */
function receive(server: Y.Doc, { sent }: FakeSocket): void {
  for (const message of sent) {
    if (message.type === 'step2' || message.type === 'update') {
      Y.applyUpdate(server, message.update);
    }
  }
}

/** The server greets on the socket, if it is open, and then it is cut, as by a proxy. */
function breakDown(socket: FakeSocket): void {
  if (socket.readyState === 1) {
    socket.onopen();
    socket.say({ type: 'hello', lineage: 'L1', access: 'edit', path: 'a.ipynb', status: STATUS });
    socket.readyState = 3;
    socket.onclose({ code: 1006, reason: '' });
  }
}

describe('SessionDriver', () => {
  let world: World;

  beforeEach(() => {
    jest.useFakeTimers();
    world = setUp();
  });

  afterEach(() => {
    world.driver.dispose();
    world.awareness.destroy();
    jest.useRealTimers();
  });

  it('brings both sides to the same text', async () => {
    const { doc, server, driver } = world;
    const socket = await connect(world);
    expect(doc.getText('source').toString()).toBe('hello');
    doc.getText('source').insert(5, ' world');
    jest.advanceTimersByTime(20);
    receive(server, socket);
    expect(server.getText('source').toString()).toBe('hello world');
    expect(driver.state.link.kind).toBe('synced');
  });

  it('sends fast typing as one update, and nothing of it back and forth', async () => {
    const { doc, server } = world;
    const socket = await connect(world);
    jest.advanceTimersByTime(100);
    const before = socket.sent.length;
    for (const letter of 'typing 𝒳 fast') {
      doc.getText('source').insert(0, letter);
    }
    jest.advanceTimersByTime(100);
    expect(socket.types().slice(before)).toEqual(['update']);
    receive(server, socket);
    expect(server.getText('source').toString()).toBe(doc.getText('source').toString());
  });

  it('goes on sending and connecting where the clock of the system is set back', async () => {
    const { doc, server, line } = world;
    const socket = await connect(world);
    jest.setSystemTime(Date.now() - 3_600_000);
    doc.getText('source').insert(5, ' world');
    jest.advanceTimersByTime(50);
    receive(server, socket);
    expect(server.getText('source').toString()).toBe('hello world');
    socket.onclose({ code: 1006, reason: '' });
    jest.setSystemTime(Date.now() - 3_600_000);
    jest.advanceTimersByTime(1_000);
    expect(line.sockets).toHaveLength(2);
  });

  it('sends what is changed in one go as one update, at once', async () => {
    const { doc } = world;
    const socket = await connect(world);
    jest.advanceTimersByTime(100);
    const before = socket.sent.length;
    doc.getText('source').insert(0, 'in two ');
    doc.getText('source').insert(0, 'transactions ');
    jest.advanceTimersByTime(0);
    expect(socket.types().slice(before)).toEqual(['update']);
  });

  it('announces itself with a newer clock on each connection', async () => {
    const { awareness, line } = world;
    awareness.setLocalStateField('user', { name: 'ada' });
    const socket = await connect(world);
    const clock = awareness.meta.get(awareness.clientID)?.clock ?? NaN;
    jest.advanceTimersByTime(0);
    expect(socket.types()).toContain('awareness');
    socket.onclose({ code: 1006, reason: '' });
    jest.advanceTimersByTime(250);
    line.socket.onopen();
    line.socket.say({ type: 'hello', lineage: 'L1', access: 'edit', path: '', status: STATUS });
    jest.advanceTimersByTime(0);
    expect(awareness.meta.get(awareness.clientID)?.clock).toBe(clock + 1);
    expect(line.socket.types()).toEqual(['step1', 'awareness']);
  });

  it('forgets who was there with the connection, and sees them again with the next', async () => {
    const { awareness, line, server } = world;
    const other = new Awareness(server);
    other.setLocalState({ user: { name: 'grace' } });
    const update = new AwarenessPresence(other, () => undefined).encode();
    const socket = await connect(world);
    socket.say({ type: 'awareness', update });
    expect(awareness.getStates().size).toBe(2);
    socket.onclose({ code: 1006, reason: '' });
    expect(awareness.getStates().size).toBe(1);
    jest.advanceTimersByTime(250);
    line.socket.onopen();
    line.socket.say({ type: 'hello', lineage: 'L1', access: 'edit', path: '', status: STATUS });
    line.socket.say({ type: 'awareness', update });
    expect(awareness.getStates().size).toBe(2);
    other.destroy();
  });

  it('resolves a save when the server has answered', async () => {
    const { driver } = world;
    const socket = await connect(world);
    const saved = driver.save();
    expect(socket.types().pop()).toBe('save');
    socket.say({ type: 'saveReply', id: 1, status: 'failed', reason: 'disk-full', message: 'No' });
    expect(await saved).toEqual({ ok: false, reason: 'disk-full', message: 'No' });
  });

  it('hangs up on what is no message, and on updates that cannot be applied (W12)', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const error = jest.spyOn(console, 'error').mockImplementation();
    const socket = await connect(world);
    socket.onmessage({ data: Uint8Array.of(9, 9).buffer });
    expect(world.driver.state.link.kind).toBe('offline');
    expect(socket.readyState).toBe(3);
    jest.advanceTimersByTime(250);
    world.line.socket.onopen();
    const hello = {
      type: 'hello',
      lineage: 'L1',
      access: 'edit',
      path: '',
      status: STATUS
    } as const;
    world.line.socket.say(hello);
    world.line.socket.say({ type: 'update', update: Uint8Array.of(200, 200, 200) });
    world.line.socket.say({ type: 'step2', update: Uint8Array.of(0, 0) });
    expect(world.driver.state.link.kind).toBe('offline');
    warn.mockRestore();
    error.mockRestore();
  });

  it('stays connected whatever somebody says of themselves (W16)', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation();
    const { awareness, driver } = world;
    const socket = await connect(world);
    const others = [`{"x":NaN}`, `{"user":{"name":"grace"}}`];
    const update = new Writer().writeVarUint(others.length);
    others.forEach((json, at) => update.writeVarUint(at).writeVarUint(1).writeVarString(json));
    socket.say({ type: 'awareness', update: update.finish() });
    expect(awareness.getStates().get(1)).toEqual({ user: { name: 'grace' } });
    expect(awareness.getStates().has(0)).toBe(false);
    expect(error).not.toHaveBeenCalled();
    const stumble = () => {
      throw new TypeError('an extension that reads what is not there');
    };
    awareness.on('change', stumble);
    const more = new Writer().writeVarUint(1).writeVarUint(2).writeVarUint(1).writeVarString('{}');
    socket.say({ type: 'awareness', update: more.finish() });
    expect(awareness.getStates().has(2)).toBe(true);
    expect(error).toHaveBeenCalledTimes(1);
    expect([driver.state.link.kind, socket.readyState]).toEqual(['synced', 1]);
    driver.tell({ type: 'lost', code: 1006, reason: '' });
    expect(awareness.getStates().has(1)).toBe(false);
    jest.advanceTimersByTime(250);
    const again = world.line.socket;
    again.onopen();
    again.say({ type: 'hello', lineage: 'L1', access: 'edit', path: '', status: STATUS });
    again.say({ type: 'awareness', update: more.finish() });
    expect(awareness.getStates().has(2)).toBe(true);
    awareness.off('change', stumble);
    error.mockRestore();
  });

  it('emits one change for a burst, and is silent once it is disposed', async () => {
    const { driver, doc } = world;
    const socket = await connect(world);
    const listener = jest.fn();
    driver.stateChanged.connect(listener);
    doc.getText('source').insert(0, 'x');
    expect(listener).toHaveBeenCalledTimes(1);
    driver.dispose();
    expect(socket.readyState).toBe(3);
    socket.say({ type: 'ack', count: 1 });
    socket.onclose({ code: 1006, reason: '' });
    jest.advanceTimersByTime(60_000);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(world.line.sockets).toHaveLength(1);
  });

  it.each([
    [true, { kind: 'refused', reason: 'unauthenticated' }],
    [false, { kind: 'offline' }]
  ])('asks whether it is logged out where no socket opens: %s', async (loggedOut, link) => {
    const { line, driver } = world;
    const socket = await connect(world);
    socket.onclose({ code: 1006, reason: '' });
    jest.advanceTimersByTime(1_000);
    line.loggedOut = loggedOut;
    line.socket.onclose({ code: 1006, reason: '' });
    await line.answered();
    expect(driver.state.link).toMatchObject(link);
  });

  it('ignores an answer that comes after it has lost interest', async () => {
    const { line, driver } = world;
    driver.tell({ type: 'started' });
    driver.dispose();
    await line.answered();
    expect(line.sockets).toHaveLength(0);
  });

  it('tells the other sessions of the page once that the server is there again', async () => {
    const heard = jest.fn();
    const watch = watchPage(world.driver, 'http://server.test/');
    window.addEventListener('jupyter-collab-reachable', heard);
    const socket = await connect(world);
    expect(heard).not.toHaveBeenCalled();
    socket.onclose({ code: 1006, reason: '' });
    jest.runOnlyPendingTimers();
    await connect(world);
    expect(world.driver.state.link.kind).toBe('synced');
    expect(heard).toHaveBeenCalledTimes(1);
    window.removeEventListener('jupyter-collab-reachable', heard);
    watch.dispose();
  });

  it('waits longer each time for a connection that never holds, and so do two of them', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    const worlds = [world, setUp()];
    const watches = worlds.map(({ driver }) => watchPage(driver, 'http://server.test/'));
    const sockets = await Promise.all(worlds.map(connect));
    sockets.forEach(socket => socket.onclose({ code: 1006, reason: '' }));
    for (let second = 0; second < 60; second++) {
      jest.advanceTimersByTime(1_000);
      worlds.forEach(({ line: { socket } }) => breakDown(socket));
    }
    worlds.forEach(({ line }) => expect(line.sockets.length).toBeLessThan(14));
    watches.forEach(watch => watch.dispose());
    worlds[1]?.driver.dispose();
    worlds[1]?.awareness.destroy();
    jest.restoreAllMocks();
  });
});
