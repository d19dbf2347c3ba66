import { YFile } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { create, NOTHING, PRESENT, setUp, sync } from '../../documents/__tests__/world';
import type { World } from '../../documents/__tests__/world';
import type { Access } from '../../protocol';
import { DifferenceKeeper } from '../../reopen/keeper';
import type { FakeSocket } from '../../session/__tests__/fakes';
import { STATUS } from '../../session/__tests__/play';
import { LINGER, RETRY } from '../decide';
import type { Piece } from '../shelf';
import { Browser, settled } from './browser';

/** What the server holds of a history. */
function history(text: string): Uint8Array {
  const model = YFile.create();
  model.setSource(text);
  return Y.encodeStateAsUpdate(model.ydoc);
}

/** The text that the server has, once it got what a page has sent. */
function serverText(held: Uint8Array, { sent }: FakeSocket): string {
  const model = YFile.create();
  Y.applyUpdate(model.ydoc, held);
  sent.forEach(message => {
    if (message.type === 'step2' || message.type === 'update') {
      Y.applyUpdate(model.ydoc, message.update);
    }
  });
  return model.getSource();
}

/** The text that a browser keeps. */
function textOf(pieces: readonly Piece[] = []): string {
  const model = YFile.create();
  pieces.forEach(({ update }) => Y.applyUpdate(model.ydoc, update));
  return model.getSource();
}

/** Edits leave together, a moment after the first. */
async function sent(socket: FakeSocket, type: string): Promise<void> {
  while (!socket.types().includes(type)) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

describe('Shelter', () => {
  const held = history('hello world');
  const second = history('hello big world');
  let browser: Browser;
  let page: World;
  let keeper: DifferenceKeeper;

  beforeEach(() => {
    browser = new Browser();
    visit();
  });

  afterEach(leave);

  function visit(user?: string): void {
    page = setUp(true, browser.page(user));
    keeper = new DifferenceKeeper(page.provider);
  }

  function leave(): void {
    keeper.dispose();
    page.provider.documents.forEach(({ model }) => model.dispose());
  }

  async function open(lineage = 'L1', update = held): Promise<YFile> {
    page.line.lineage = lineage;
    const file = create(page) as YFile;
    await settled();
    await sync(page, lineage, update);
    await settled();
    return file;
  }

  /** Write something without a connection; then the browser crashes. */
  async function writeOffline(text = ' offline'): Promise<void> {
    const file = await open();
    page.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(5, 5, text);
    await settled();
    browser.crash();
    keeper.dispose();
  }

  it('sends what was written offline before the browser crashed, and lets go of it', async () => {
    await writeOffline();
    visit();
    const file = await open();
    expect(file.getSource()).toBe('hello offline world');
    expect(serverText(held, page.line.socket)).toBe('hello offline world');
    expect(browser.shelf.entries.size).toBeGreaterThan(0);
    page.line.socket.say({ type: 'ack', count: 1 });
    await settled();
    expect(browser.shelf.entries.size).toBe(0);
  });

  it('carries it over by its content where the server has another history', async () => {
    await writeOffline();
    visit();
    const other = history('hello big world');
    const file = await open('L2', other);
    expect(file.getSource()).toBe('hello big offline world');
    expect(browser.shelf.entries.size).toBeGreaterThan(0);
    await sent(page.line.socket, 'update');
    page.line.socket.say({ type: 'ack', count: 2 });
    await settled();
    expect(browser.shelf.entries.size).toBe(0);
  });

  /** Write what the server acknowledges, and forgets with all of its history. */
  async function writeAndPart(): Promise<YFile> {
    const file = await open();
    file.updateSource(5, 5, ' durable');
    await sent(page.line.socket, 'update');
    const unsaved = { ...STATUS, save: { state: 'unsaved' }, file: PRESENT } as const;
    page.line.socket.say({ type: 'status', status: unsaved });
    page.line.socket.say({ type: 'ack', count: 2 });
    await settled();
    page.line.socket.onclose({ code: 1006, reason: '' });
    window.dispatchEvent(new Event('online'));
    await settled();
    page.line.socket.onopen();
    const hello = { type: 'hello', access: 'edit', path: 'a.txt', status: STATUS } as const;
    page.line.socket.say({ ...hello, lineage: 'L2' });
    await settled();
    return file;
  }

  it('keeps, until the history is carried over, also what another history had acknowledged', async () => {
    await writeAndPart();
    browser.crash();
    keeper.dispose();
    visit();
    const again = await open('L2', history('hello world!'));
    expect(again.getSource()).toBe('hello durable world!');
  });

  it('keeps also what is typed until the document is opened again', async () => {
    const file = await writeAndPart();
    window.dispatchEvent(new Event('online'));
    file.updateSource(0, 0, 'Oh, ');
    await settled();
    browser.crash();
    keeper.dispose();
    visit();
    const again = await open('L2', history('hello world!'));
    expect(again.getSource()).toBe('Oh, hello durable world!');
    await sent(page.line.socket, 'update');
    page.line.socket.say({ type: 'ack', count: 2 });
    await settled();
    expect(browser.shelf.entries.size).toBe(0);
  });

  it('brings it back once, however often the page is loaded before the server has it', async () => {
    await writeOffline();
    for (let visits = 0; visits < 3; visits++) {
      visit();
      const file = await open();
      expect(file.getSource()).toBe('hello offline world');
      browser.crash();
      keeper.dispose();
    }
  });

  /** Carry what was written into another history, lose the server again, and type. */
  async function carryAndGoOffline(edit: (file: YFile) => void): Promise<void> {
    await writeOffline();
    visit();
    const file = await open('L2', second);
    expect(file.getSource()).toBe('hello big offline world');
    page.line.socket.onclose({ code: 1006, reason: '' });
    edit(file);
    await settled();
    browser.crash();
    keeper.dispose();
    visit();
  }

  it('does not bring back what was carried over and then deleted', async () => {
    await carryAndGoOffline(file => file.updateSource(9, 17, ''));
    const file = await open('L2', second);
    expect(file.getSource()).toBe('hello big world');
    expect(browser.shelf.entries.size).toBe(1);
  });

  it('brings it once into a third history, whatever was made of it in the second', async () => {
    await carryAndGoOffline(file => file.updateSource(9, 9, ' and not'));
    const file = await open('L3', history('hello world'));
    expect(file.getSource()).toBe('hello and not offline world');
  });

  it('keeps what it could not write down together with its document', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    await writeOffline();
    visit();
    browser.shelf.error = new Error('The disk is full');
    await open('L2', history('hello big world'));
    page.line.socket.onclose({ code: 1006, reason: '' });
    await settled();
    expect(warn).toHaveBeenCalled();
    browser.crash();
    keeper.dispose();
    browser.shelf.error = null;
    visit();
    const file = await open('L3', history('hello world'));
    expect(file.getSource()).toBe('hello offline world');
    await sent(page.line.socket, 'update');
    page.line.socket.say({ type: 'ack', count: 2 });
    await settled();
    expect(browser.shelf.entries.size).toBe(0);
    warn.mockRestore();
  });

  it('leaves what it has written down where it cannot go on, and replaces it once it can', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
    const file = await open();
    page.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(5, 5, ' offline');
    await settled();
    browser.shelf.error = new Error('The disk is full');
    file.updateSource(0, 0, 'Oh, ');
    await settled();
    expect(page.provider.find(file)?.shelter?.kept).toBe('failed');
    const [kept] = [...browser.shelf.entries.values()];
    expect(textOf(kept?.pieces)).toBe('hello offline world');
    browser.shelf.error = null;
    await jest.advanceTimersByTimeAsync(RETRY);
    jest.useRealTimers();
    const [again, ...more] = [...browser.shelf.entries.values()];
    expect(textOf(again?.pieces)).toBe('Oh, hello offline world');
    expect(more).toEqual([]);
    warn.mockRestore();
  });

  it('shows it to nobody else', async () => {
    await writeOffline();
    visit('grace');
    const file = await open();
    expect(file.getSource()).toBe('hello world');
  });

  it('leaves what cannot be read where it is, says so, and opens the document', async () => {
    await writeOffline();
    const error = jest.spyOn(console, 'error').mockImplementation();
    for (const { pieces } of browser.shelf.entries.values()) {
      pieces.splice(0, pieces.length, { kind: 'own', update: Uint8Array.of(255, 1) });
    }
    visit();
    const unreadable = jest.fn();
    page.provider.documentOpened.connect((_, { shelter }) =>
      shelter?.recall.unreadable.connect(unreadable)
    );
    const file = await open();
    expect(file.getSource()).toBe('hello world');
    expect(unreadable).toHaveBeenCalledTimes(1);
    expect(browser.shelf.entries.size).toBe(1);
    error.mockRestore();
  });

  it('keeps what was written in a document that is closed while offline', async () => {
    const file = await open();
    page.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(0, 0, 'Oh, ');
    file.dispose();
    await settled();
    const again = await open();
    expect(again.getSource()).toBe('Oh, hello world');
  });

  /** The server is there again, and grants `access`. */
  async function returnAs(access: Access): Promise<void> {
    const { line } = page;
    line.socket.onclose({ code: 1006, reason: '' });
    window.dispatchEvent(new Event('online'));
    await settled();
    line.socket.onopen();
    line.socket.say({ type: 'hello', lineage: 'L1', access, path: 'a.txt', status: STATUS });
    line.socket.say({ type: 'step1', stateVector: Uint8Array.of(0) });
    line.socket.say({ type: 'step2', update: NOTHING });
    await settled();
  }

  /** The server has all that it is sent by then, and what is not needed is gone. */
  async function returnForAWhile(access: Access): Promise<void> {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
    await returnAs(access);
    page.line.socket.say({ type: 'ack', count: 1 });
    await jest.advanceTimersByTimeAsync(2 * LINGER);
    jest.useRealTimers();
  }

  /** Write without a connection, and find out that one may only view by now. */
  async function writeAndMayOnlyView(): Promise<YFile> {
    const file = await open();
    page.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(5, 5, ' offline');
    await settled();
    await returnForAWhile('view');
    return file;
  }

  it('keeps what may not be sent any more, and says so', async () => {
    const file = await writeAndMayOnlyView();
    expect(page.provider.find(file)?.shelter?.kept).toBe('kept');
    expect(serverText(held, page.line.socket)).toBe('hello world');
    browser.crash();
    keeper.dispose();
    visit();
    expect((await open()).getSource()).toBe('hello offline world');
    expect(serverText(held, page.line.socket)).toBe('hello offline world');
  });

  it('leaves what may not be sent as it is when the document is closed', async () => {
    (await writeAndMayOnlyView()).dispose();
    await settled();
    expect((await open()).getSource()).toBe('hello offline world');
  });

  it('lets go of it once it may be sent, and the server has it', async () => {
    const file = await writeAndMayOnlyView();
    expect(browser.shelf.entries.size).toBe(1);
    await returnForAWhile('edit');
    expect(serverText(held, page.line.socket)).toBe('hello offline world');
    expect(browser.shelf.entries.size).toBe(0);
    expect(page.provider.find(file)?.shelter?.kept).toBe('nothing');
  });

  it('keeps what a page before had left for somebody who may only view by now', async () => {
    await writeOffline();
    visit();
    create(page);
    await settled();
    await returnAs('view');
    page.line.socket.say({ type: 'ack', count: 1 });
    await settled();
    browser.crash();
    keeper.dispose();
    visit();
    expect((await open()).getSource()).toBe('hello offline world');
    expect(browser.shelf.entries.size).toBe(1);
  });

  it('keeps what was written before all of the document had come', async () => {
    page.line.lineage = 'L1';
    const file = create(page) as YFile;
    await settled();
    const { line } = page;
    line.socket.onopen();
    const hello = { type: 'hello', access: 'edit', path: 'a.txt', status: STATUS } as const;
    line.socket.say({ ...hello, lineage: 'L1' });
    line.socket.say({ type: 'step1', stateVector: Uint8Array.of(0) });
    line.socket.say({ type: 'update', update: held });
    file.updateSource(5, 5, ' early');
    await settled();
    expect(browser.shelf.entries.size).toBe(0);
    line.socket.onclose({ code: 1006, reason: '' });
    await settled();
    browser.crash();
    keeper.dispose();
    visit();
    expect((await open()).getSource()).toBe('hello early world');
  });

  it('says whether what the server does not have is kept', async () => {
    const file = await open();
    const provider = page.provider.find(file);
    expect(provider?.shelter?.kept).toBe('nothing');
    page.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(0, 0, 'Oh, ');
    await settled();
    expect(provider?.shelter?.kept).toBe('kept');
  });

  it('says where the browser can keep nothing', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    browser.shelf.error = new Error('The disk is full');
    const file = await open();
    page.line.socket.onclose({ code: 1006, reason: '' });
    file.updateSource(0, 0, 'Oh, ');
    await settled();
    expect(page.provider.find(file)?.shelter?.kept).toBe('failed');
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });
});
