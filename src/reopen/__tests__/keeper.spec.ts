import { YFile, YNotebook } from '@jupyter/ydoc';
import {
  applyUpdate,
  encodeStateAsUpdate,
  encodeStateVector,
  encodeStateVectorFromUpdate
} from 'yjs';

import { create, open, setUp, sync } from '../../documents/__tests__/world';
import type { World } from '../../documents/__tests__/world';
import { Browser, settled } from '../../offline/__tests__/browser';
import { ROOM, STATUS } from '../../session/__tests__/play';
import { DifferenceKeeper } from '../keeper';

/** What the server holds once it has made a new history of the file. */
function history(text: string): Uint8Array {
  const model = YFile.create();
  model.setSource(text);
  return encodeStateAsUpdate(model.ydoc);
}

/** The same of a notebook; before nbformat 4.5 cells had no ids, so they get others each time. */
function cells(minor: number, ...sources: string[]): Uint8Array {
  const model = new YNotebook();
  model.fromJSON({
    ...{ nbformat: 4, nbformat_minor: minor, metadata: {} },
    cells: sources.map((source, index) => ({
      ...{ cell_type: 'code', source, metadata: {}, outputs: [] },
      ...(minor < 5 ? {} : { id: `cell-${index}` })
    }))
  });
  return encodeStateAsUpdate(model.ydoc);
}

function isGuarded(): boolean {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

/** The server comes back with another history. */
async function meetAnotherHistory({ line }: World, lineage = 'L2'): Promise<void> {
  line.socket.onclose({ code: 1006, reason: '' });
  await line.answered(); // that we are logged in still, where it was not open
  window.dispatchEvent(new Event('online'));
  await line.answered();
  line.socket.onopen();
  const hello = { type: 'hello', access: 'edit', path: 'a.txt', status: STATUS } as const;
  line.socket.say({ ...hello, lineage });
}

describe('DifferenceKeeper', () => {
  let world: World;
  let keeper: DifferenceKeeper;
  let diverged: jest.Mock;

  beforeEach(() => {
    world = setUp();
    keeper = new DifferenceKeeper(world.provider);
    diverged = jest.fn();
    keeper.diverged.connect(diverged);
  });

  afterEach(() => {
    keeper.dispose();
    world.provider.documents.forEach(({ model }) => model.dispose());
  });

  async function openFile(text: string): Promise<YFile> {
    const file = create(world) as YFile;
    await sync(world, 'L1', history(text));
    return file;
  }

  /** The server has the history `lineage` by now, with all that `update` makes. */
  async function openAgain(lineage: string, update: Uint8Array): Promise<YFile> {
    world.line.lineage = lineage;
    const file = create(world) as YFile;
    await sync(world, lineage, update);
    await Promise.resolve();
    return file;
  }

  it('carries what was written offline into the document that is opened again', async () => {
    const file = await openFile('hello world');
    world.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(5, 5, ' offline');
    window.dispatchEvent(new Event('online'));
    await meetAnotherHistory(world);
    expect(diverged).toHaveBeenCalledTimes(1);
    expect(isGuarded()).toBe(true);
    file.dispose();
    expect(isGuarded()).toBe(true);

    const again = await openAgain('L2', history('hello world again'));
    expect(again.getSource()).toBe('hello offline world again');
  });

  it('carries over what was written before all of the document had come', async () => {
    const file = create(world) as YFile;
    const { line } = world;
    await line.answered();
    line.socket.onopen();
    const hello = { type: 'hello', access: 'edit', path: 'a.txt', status: STATUS } as const;
    line.socket.say({ ...hello, lineage: 'L1' });
    line.socket.say({ type: 'step1', stateVector: Uint8Array.of(0) });
    line.socket.say({ type: 'update', update: history('hello world') });
    file.updateSource(5, 5, ' early');
    await meetAnotherHistory(world);
    expect(diverged).toHaveBeenCalledTimes(1);
    file.dispose();

    const again = await openAgain('L2', history('hello world, and more'));
    expect(again.getSource()).toBe('hello early world, and more');
  });

  it('deletes what was written, saved by the server, and deleted again', async () => {
    const file = await openFile('hello');
    file.updateSource(5, 5, '!');
    const logged = encodeStateAsUpdate(file.ydoc);
    world.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(5, 6, '');
    await meetAnotherHistory(world);
    file.dispose();

    const again = await openAgain('L2', logged);
    expect(again.getSource()).toBe('hello');
  });

  it('brings the history itself back to a server that is back with it', async () => {
    const first = history('hello world');
    const file = create(world) as YFile;
    await sync(world, 'L1', first);
    world.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(0, 5, 'goodbye');
    const { ydoc } = file;
    await meetAnotherHistory(world);
    const left = encodeStateAsUpdate(ydoc);
    file.dispose();

    const again = await openAgain('L1', first);
    expect(again.getSource()).toBe('goodbye world');
    expect(encodeStateVector(again.ydoc)).toEqual(encodeStateVectorFromUpdate(left));
  });

  it('brings only its own on, where that history is lost once more', async () => {
    const first = history('hello world');
    const file = create(world) as YFile;
    await sync(world, 'L1', first);
    const other = YFile.create();
    applyUpdate(other.ydoc, first);
    other.updateSource(11, 11, ' theirs');
    world.line.socket.say({ type: 'update', update: encodeStateAsUpdate(other.ydoc) });
    file.updateSource(0, 0, 'ours ');
    await meetAnotherHistory(world);
    file.dispose();

    const again = await openAgain('L1', first);
    expect(again.getSource()).toBe('ours hello world theirs');
    await meetAnotherHistory(world, 'L3');
    again.dispose();

    const last = await openAgain('L3', history('hello world'));
    expect(last.getSource()).toBe('ours hello world');
  });

  it('brings its own on also where somebody else had brought it back before', async () => {
    const first = history('hello world');
    const file = create(world) as YFile;
    await sync(world, 'L1', first);
    file.updateSource(0, 0, 'ours ');
    const whole = encodeStateAsUpdate(file.ydoc);
    await meetAnotherHistory(world);
    file.dispose();

    const again = await openAgain('L1', whole);
    await meetAnotherHistory(world, 'L3');
    again.dispose();

    const last = await openAgain('L3', first);
    expect(last.getSource()).toBe('ours hello world');
  });

  it('gives the history back that a page which is gone has left, too', async () => {
    const browser = new Browser();
    const first = history('hello world');
    const file = create(world) as YFile;
    await sync(world, 'L1', first);
    file.updateSource(0, 5, 'goodbye');
    const left = encodeStateAsUpdate(file.ydoc);
    const room = `${ROOM.format}:${ROOM.type}:${ROOM.fileId}`;
    const fail = jest.fn();
    const writer = browser.page().begin({ room, path: 'a.txt', lineage: 'L1' }, fail);
    writer.add([{ kind: 'own', update: left }], 1);
    await writer.written;
    browser.crash();

    // The server could not read its store as it was asked, and can as it says hello.
    const next = setUp(true, browser.page());
    const another = new DifferenceKeeper(next.provider);
    next.line.lineage = 'L2';
    const again = create(next) as YFile;
    await settled();
    await meetAnotherHistory(next, 'L1');
    window.dispatchEvent(new Event('online'));
    await settled();
    await sync(next, 'L1', first);
    await settled();
    expect(again.getSource()).toBe('goodbye world');
    expect(encodeStateVector(again.ydoc)).toEqual(encodeStateVectorFromUpdate(left));
    expect(fail).not.toHaveBeenCalled();
    another.dispose();
    again.dispose();
  });

  it('asks nobody to stay where nothing was written', async () => {
    const file = await openFile('hello');
    world.line.socket.say({ type: 'ack', count: 1 });
    await meetAnotherHistory(world);
    expect(diverged).toHaveBeenCalledTimes(1);
    expect(isGuarded()).toBe(false);
    file.dispose();
  });

  it('carries once what it is told of again, and what was typed since', async () => {
    const file = await openFile('x = 1 here');
    world.line.socket.onclose({ code: 1006, reason: '' });
    file.setSource('result = compute(data) here');
    await meetAnotherHistory(world);
    // Another session of the page is back; then somebody types on, until the document is closed.
    window.dispatchEvent(new Event('online'));
    file.updateSource(0, 0, 'my ');
    expect(diverged).toHaveBeenCalledTimes(1);
    file.dispose();

    const again = await openAgain('L2', history('x = 1 here, and more'));
    expect(again.getSource()).toBe('my result = compute(data) here, and more');
  });

  it.each([4, 5])('carries a cell of nbformat 4.%i over once', async minor => {
    const { sharedModelFactory } = world.provider;
    sharedModelFactory.registerDocumentFactory('notebook', () => new YNotebook());
    const options = { path: 'a.txt', format: 'json', contentType: 'notebook' } as const;
    const make = () => sharedModelFactory.createNew({ ...options, collaborative: true });
    const notebook = make() as YNotebook;
    await sync(world, 'L1', cells(minor, 'import os', 'x = 1', 'print(1)'));
    world.line.socket.onclose({ code: 1006, reason: '' });
    notebook.cells[1]?.setSource('result = compute(data)');
    await meetAnotherHistory(world);
    window.dispatchEvent(new Event('online'));
    notebook.dispose();

    world.line.lineage = 'L2';
    const again = make() as YNotebook;
    await sync(world, 'L2', cells(minor, 'import os', 'x = 1', 'print(1)', 'more = 2'));
    await Promise.resolve();
    const sources = again.cells.map(cell => cell.getSource());
    expect(sources).toEqual(['import os', 'result = compute(data)', 'print(1)', 'more = 2']);
  });

  it('carries over what was typed only after the histories had parted', async () => {
    const file = await openFile('hello');
    await meetAnotherHistory(world);
    expect(isGuarded()).toBe(false);
    file.updateSource(5, 5, '!');
    file.dispose();
    expect(isGuarded()).toBe(true);

    const again = await openAgain('L2', history('hello'));
    expect(again.getSource()).toBe('hello!');
  });

  it('waits for a document that can be opened', async () => {
    const file = await openFile('hello');
    file.updateSource(5, 5, '!');
    await meetAnotherHistory(world);
    file.dispose();
    world.line.failure = { kind: 'missing' };
    const gone = create(world) as YFile;
    await world.line.answered();
    await Promise.resolve();
    gone.dispose();
    expect(isGuarded()).toBe(true);

    world.line.failure = null;
    const again = await openAgain('L2', history('hello'));
    expect(again.getSource()).toBe('hello!');
  });

  it('has nothing to do with documents that go on', async () => {
    await open(world);
    expect(diverged).not.toHaveBeenCalled();
  });
});
