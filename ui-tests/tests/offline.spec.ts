import type { Page } from '@playwright/test';

import {
  agreement,
  documentReady,
  eventually,
  everywhere,
  kernelId,
  noQuestions,
  notebook,
  openDocument,
  run,
  text,
  typeInCell,
  typeInFile
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

/** The page's process dies without a last word. */
async function crash(page: LabPage): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page.mainFrame().page());
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
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
async function visitAgain(page: Page, lab: LabServer, path: string): Promise<void> {
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
  await typeInFile(page, 'x');
  await run(page, 'application:close');
  await expect(page.locator('.jp-FileEditor')).toHaveCount(0);
  expect(await lab.read(path)).toBe('hello\nx');
  // Something would have been written by now.
  await openDocument(page, other);
  await nothingKept(page);
});

test('a laptop sleeps, the store is lost and the file changes: on waking all is there, once', async ({
  join,
  pair,
  ownLab
}) => {
  const path = 'sleepy.ipynb';
  const [ada, bob] = await pair(ownLab, path, notebook(['a', 'b', 'c']));
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
  await ownLab.loseStore();
  await ownLab.write(path, notebook(['a ada', 'b bob', 'c git']));
  await ownLab.start();

  await ada.context().setOffline(false);
  const expected = ['a ada asleep', 'b bob', 'c git'];
  await everywhere([ada], ownLab, path, expected);
  const eve = await join('Eve', { lab: ownLab });
  await openDocument(eve, path);
  await everywhere([ada, eve], ownLab, path, expected);
  await typeInCell(ada, 2, '!');
  await everywhere([ada, eve], ownLab, path, ['a ada asleep', 'b bob', 'c git!']);
  await noQuestions([ada, eve]);
});

test('what was typed offline survives a reload of the page', async ({ pair, ownLab }) => {
  const path = 'reload.md';
  const [ada, bob] = await pair(ownLab, path, 'one\ntwo\n');
  await goOffline(ada);
  await typeInFile(ada, 'offline\n');
  await kept(ada);
  await typeInFile(bob, 'online\n', 'Control+Home');
  await visitAgain(ada, ownLab, path);
  await haveText([ada, bob], ownLab, path, 'online\none\ntwo\noffline\n');
  await nothingKept(ada);
});

test('what was typed offline survives a crash of the browser, and a lost store', async ({
  join,
  ownLab
}) => {
  const path = 'crash.md';
  await ownLab.write(path, 'one\n\ntwo\n');
  const ada = await join('Ada', { lab: ownLab });
  await openDocument(ada, path);
  await typeInFile(ada, 'saved\n');
  await haveText([ada], ownLab, path, 'one\n\ntwo\nsaved\n');
  await goOffline(ada);
  await typeInFile(ada, 'offline\n');
  await kept(ada);
  await crash(ada);

  await ownLab.stop();
  await ownLab.loseStore();
  await ownLab.write(path, 'git\none\n\ntwo\nsaved\n');
  await ownLab.start();
  const again = await ada.context().newPage();
  await visitAgain(again, ownLab, path);
  await haveText([again], ownLab, path, 'git\none\n\ntwo\nsaved\noffline\n');
  await noQuestions([again]);
});
