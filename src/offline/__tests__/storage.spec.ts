import { EXPIRY } from '../storage';
import { Browser, settled } from './browser';

const SUBJECT = { room: 'text:file:1', path: 'a.txt', lineage: 'L1' };
const PIECE = { kind: 'own', update: Uint8Array.of(1) } as const;
const fail = (error: unknown) => {
  throw error;
};

describe('OfflineStorage', () => {
  let browser: Browser;

  beforeEach(() => {
    browser = new Browser();
  });

  async function leave(user = 'ada', server = 'https://hub/'): Promise<void> {
    const writer = browser.page(user, server).begin(SUBJECT, fail);
    writer.add([PIECE], 1);
    await writer.written;
    browser.crash();
  }

  it('gives what a page has left to the next page, once', async () => {
    await leave();
    const [leftover] = await browser.page().claim(SUBJECT);
    expect(leftover?.pieces).toEqual([PIECE]);
    expect(await browser.page().claim(SUBJECT)).toEqual([]);
    leftover?.release();
    expect(await browser.page().claim(SUBJECT)).toHaveLength(1);
  });

  it('waits for a database that does not answer, and for nothing once it has', async () => {
    jest.useFakeTimers();
    await leave();
    expect(await browser.page().claim(SUBJECT)).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
    browser.shelf.list = () => new Promise(() => undefined);
    const claimed = browser.page().claim(SUBJECT);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await claimed).toEqual([]);
    jest.useRealTimers();
  });

  it('gives what can be read where something else cannot, and lets go of that', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    await leave();
    const [broken] = browser.shelf.entries.keys();
    await leave();
    const read = browser.shelf.read.bind(browser.shelf);
    browser.shelf.read = id =>
      id === broken ? Promise.reject(new Error('Failed to read large IndexedDB value')) : read(id);
    const [leftover, ...others] = await browser.page().claim(SUBJECT);
    expect([leftover?.pieces, others]).toEqual([[PIECE], []]);
    expect([...browser.owners.held]).toEqual([leftover?.id]);
    expect(browser.shelf.entries.size).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('gives what is needed where something else cannot be removed', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const writer = browser.page().begin(SUBJECT, fail);
    writer.add([PIECE], 1);
    writer.add([], 0);
    await settled();
    await leave();
    browser.shelf.remove = () => Promise.reject(new Error('The disk is full'));
    expect(await browser.page().claim(SUBJECT)).toHaveLength(1);
    warn.mockRestore();
  });

  it('gives nobody what a page that is there looks after', async () => {
    const writer = browser.page().begin(SUBJECT, fail);
    writer.add([PIECE], 1);
    await writer.written;
    expect(await browser.page().claim(SUBJECT)).toEqual([]);
    expect(await browser.page().abandoned()).toEqual([]);
  });

  it('gives nothing to another person, or to another server', async () => {
    await leave();
    expect(await browser.page('grace').claim(SUBJECT)).toEqual([]);
    expect(await browser.page('ada', 'https://other/').claim(SUBJECT)).toEqual([]);
    expect(await browser.page().claim({ ...SUBJECT, room: 'text:file:2', path: 'b' })).toEqual([]);
  });

  it('finds a document again whose file was replaced by another at its path', async () => {
    await leave();
    expect(await browser.page().claim({ ...SUBJECT, room: 'text:file:2' })).toHaveLength(1);
    expect(await browser.page().claim({ ...SUBJECT, room: 'json:notebook:1' })).toEqual([]);
  });

  it('leaves what belongs to a file that was renamed, whatever is at its path now', async () => {
    await leave();
    browser.files?.set('1', 'thesis.txt');
    expect(await browser.page().claim({ ...SUBJECT, room: 'text:file:2' })).toEqual([]);
    expect(await browser.page().claim({ ...SUBJECT, path: 'thesis.txt' })).toHaveLength(1);
  });

  it('tells where a file is that was renamed', async () => {
    await leave();
    browser.files?.set('1', 'thesis.txt');
    const paths = (await browser.page().abandoned()).map(({ path }) => path);
    expect(paths).toEqual(['thesis.txt']);
  });

  it('leaves what is of another document where the server does not say which', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    await leave();
    browser.files = null;
    expect(await browser.page().claim({ ...SUBJECT, room: 'text:file:2' })).toEqual([]);
    expect(await browser.page().claim(SUBJECT)).toHaveLength(1);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('removes what the server turned out to have', async () => {
    const writer = browser.page().begin(SUBJECT, fail);
    writer.add([PIECE], 1);
    writer.add([], 0);
    await settled();
    browser.crash();
    expect(await browser.page().claim(SUBJECT)).toEqual([]);
    expect(browser.shelf.entries.size).toBe(0);
  });

  it('writes nothing any more once it is removed', async () => {
    const writer = browser.page().begin(SUBJECT, fail);
    writer.add([PIECE], 1);
    await writer.written;
    const removed = writer.remove();
    writer.add([PIECE], 2);
    await removed;
    expect(browser.shelf.entries.size).toBe(0);
    expect(browser.owners.held.size).toBe(0);
  });

  it('tells of failures, and does not leave the claim behind', async () => {
    browser.shelf.error = new Error('The disk is full');
    const failed = jest.fn();
    const writer = browser.page().begin(SUBJECT, failed);
    writer.add([PIECE], 1);
    await settled();
    expect(failed).toHaveBeenCalledWith(browser.shelf.error);
    await writer.remove();
    expect(browser.owners.held.size).toBe(0);
  });

  it('removes what nobody has come back for in a long time, and says so', async () => {
    await leave();
    await leave('grace');
    expect(await browser.page().expire()).toEqual([]);
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + EXPIRY + 1000);
    const gone = await browser.page().expire();
    now.mockRestore();
    expect(gone.map(({ user }) => user)).toEqual(['ada']);
    expect(browser.shelf.entries.size).toBe(0);
  });
});
