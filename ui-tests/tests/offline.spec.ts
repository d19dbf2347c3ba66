import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

import {
  agreement,
  documentReady,
  eventually,
  everywhere,
  kernelId,
  notebook,
  openDocument,
  run,
  text,
  typeInCell
} from './documents';
import { expect, test, type LabPage } from './fixtures';
import type { LabServer } from './lab-server';

const STATUS = '.jp-CollabStatus';

/** Loses the network, and waits until the page has noticed. */
async function goOffline(page: LabPage): Promise<void> {
  await page.context().setOffline(true);
  await expect(page.locator(STATUS).first()).toContainText('Offline');
}

/** Waits until the browser says that it keeps what the server does not have. */
async function kept(page: LabPage): Promise<void> {
  await eventually(async () => page.evaluate(countEntries), {
    message: 'kept in the browser'
  }).toBeGreaterThan(0);
}

async function nothingKept(page: LabPage): Promise<void> {
  await eventually(async () => page.evaluate(countEntries), {
    message: 'nothing kept in the browser'
  }).toBe(0);
}

async function countEntries(): Promise<number> {
  const wait = async <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('The browser has no such database'));
    });
  const known = await indexedDB.databases();
  if (!known.some(({ name }) => name === 'jupyter-collab')) {
    return 0;
  }
  const database = await wait(indexedDB.open('jupyter-collab'));
  const store = database.transaction('entries').objectStore('entries');
  const entries = await wait(store.getAll() as IDBRequest<{ edits: number }[]>);
  database.close();
  return entries.filter(({ edits }) => edits > 0).length;
}

async function noQuestions(pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    await expect(
      page.locator('.jp-Dialog', { hasText: /changed on disk|session|conflict|revert/i })
    ).toHaveCount(0);
  }
}

async function loseHistories(lab: LabServer): Promise<void> {
  for (const end of ['', '-wal', '-shm']) {
    await rm(join(lab.cwd, `.jupyter_ystore.db${end}`), { force: true });
  }
}

/** The page's process dies without a last word. */
async function crash(page: LabPage): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page.mainFrame().page());
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}

async function typeAtEnd(page: LabPage, typed: string): Promise<void> {
  await typeInFile(page, 'Control+End', typed);
}

async function typeAtStart(page: LabPage, typed: string): Promise<void> {
  await typeInFile(page, 'Control+Home', typed);
}

async function typeInFile(page: LabPage, first: string, typed: string): Promise<void> {
  await page.locator('.jp-FileEditor:not(.lm-mod-hidden) .cm-content').click();
  await page.keyboard.press(first);
  await page.keyboard.type(typed);
}

/** Waits until all pages and the file have exactly this text. */
async function haveText(
  pages: readonly Page[],
  lab: LabServer,
  path: string,
  wanted: string
): Promise<void> {
  for (const page of pages) {
    await eventually(async () => text(page)).toBe(wanted);
  }
  await eventually(async () => lab.read(path)).toBe(wanted);
}

/** Loads the page anew, with the document in front. */
async function visitAgain(page: LabPage, lab: LabServer, path: string): Promise<void> {
  await page.context().setOffline(false);
  // Playwright's own goto: that of Galata waits for the launcher.
  await page.mainFrame().goto(`${lab.url}/lab/tree/${path}`);
  await page.waitForFunction(() => 'jupyterapp' in window);
  await documentReady(page, path);
}

test('a document that is closed just after typing leaves nothing in the browser', async ({
  page,
  lab,
  tmpPath
}) => {
  const [path, other] = [`${tmpPath}/notes.txt`, `${tmpPath}/other.txt`];
  await Promise.all([lab.write(path, 'hello\n'), lab.write(other, '')]);
  await openDocument(page, path);
  await typeAtEnd(page, 'x');
  await run(page, 'application:close');
  await expect(page.locator('.jp-FileEditor')).toHaveCount(0);
  expect(await lab.read(path)).toBe('hello\nx');
  // Something would have been written by now.
  await openDocument(page, other);
  await nothingKept(page);
});

test('a laptop sleeps, the store is lost and the file changes: on waking all is there, once', async ({
  join: bring,
  ownLab
}) => {
  test.setTimeout(180_000);
  const path = 'sleepy.ipynb';
  await ownLab.write(path, notebook(['a', 'b', 'c']));
  const ada = await bring('Ada', { lab: ownLab });
  const bob = await bring('Bob', { lab: ownLab });
  await Promise.all([openDocument(ada, path), openDocument(bob, path)]);
  // A kernel that cannot start offline is another matter, of which JupyterLab tells.
  await kernelId(ada);
  await typeInCell(ada, 0, ' ada');
  await agreement([ada, bob]);

  await goOffline(ada);
  await typeInCell(ada, 0, ' asleep');
  await typeInCell(bob, 1, ' bob');
  await everywhere([bob], ownLab, path, ['a ada', 'b bob', 'c']);
  await bob.context().close();
  await ownLab.stop();
  await loseHistories(ownLab);
  await ownLab.write(path, notebook(['a ada', 'b bob', 'c git']));
  await ownLab.start();

  await ada.context().setOffline(false);
  const expected = ['a ada asleep', 'b bob', 'c git'];
  await everywhere([ada], ownLab, path, expected);
  const eve = await bring('Eve', { lab: ownLab });
  await openDocument(eve, path);
  await everywhere([ada, eve], ownLab, path, expected);
  await typeInCell(ada, 2, '!');
  await everywhere([ada, eve], ownLab, path, ['a ada asleep', 'b bob', 'c git!']);
  await noQuestions([ada, eve]);
});

test('what was typed offline survives a reload of the page', async ({ join: bring, ownLab }) => {
  const path = 'reload.md';
  await ownLab.write(path, 'one\ntwo\n');
  const ada = await bring('Ada', { lab: ownLab });
  const bob = await bring('Bob', { lab: ownLab });
  await Promise.all([openDocument(ada, path), openDocument(bob, path)]);
  await goOffline(ada);
  await typeAtEnd(ada, 'offline\n');
  await kept(ada);
  await typeAtStart(bob, 'online\n');
  await visitAgain(ada, ownLab, path);
  await haveText([ada, bob], ownLab, path, 'online\none\ntwo\noffline\n');
  await nothingKept(ada);
});

test('what was typed offline survives a crash of the browser, and a lost store', async ({
  join: bring,
  ownLab
}) => {
  const path = 'crash.md';
  await ownLab.write(path, 'one\n\ntwo\n');
  const ada = await bring('Ada', { lab: ownLab });
  await openDocument(ada, path);
  await typeAtEnd(ada, 'saved\n');
  await haveText([ada], ownLab, path, 'one\n\ntwo\nsaved\n');
  await goOffline(ada);
  await typeAtEnd(ada, 'offline\n');
  await kept(ada);
  await crash(ada);

  await ownLab.stop();
  await loseHistories(ownLab);
  await ownLab.write(path, 'git\none\n\ntwo\nsaved\n');
  await ownLab.start();
  const context = ada.context();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(`${ownLab.url}/lab/tree/${path}`);
  await again.waitForFunction(() => 'jupyterapp' in window);
  await documentReady(again, path);
  await haveText([again], ownLab, path, 'git\none\n\ntwo\nsaved\noffline\n');
  await noQuestions([again]);
});
