import { rename, rm } from 'node:fs/promises';
import {
  agreement,
  eventually,
  everywhere,
  loseNetwork,
  notebook,
  onDisk,
  openDocument,
  openInNotebook7,
  says,
  sources,
  text,
  typeInCell,
  typeInFile
} from './documents';
import { expect, test } from './fixtures';

const STATUS = '#jp-collab-status';

test('Notebook 7 and JupyterLab edit the same notebook', async ({ page, join, lab, tmpPath }) => {
  const path = `${tmpPath}/seven.ipynb`;
  await lab.write(path, notebook(['a = 1', 'b = 2']));
  const bob = await join('Bob', { app: 'notebook' });
  await Promise.all([openDocument(page, path), openInNotebook7(bob, lab, path)]);
  await typeInCell(page, 0, ' # lab');
  await typeInCell(bob, 1, ' # seven');
  await everywhere([page, bob], lab, path, ['a = 1 # lab', 'b = 2 # seven']);
  await says(bob, /Saved/);
  await bob.screenshot({ path: 'test-results/notebook-7.png' });
});

test('a page of Notebook 7 goes by the name that somebody else gives to the notebook', async ({
  join,
  lab,
  tmpPath
}) => {
  const bob = await join('Bob', { app: 'notebook' });
  await lab.write(`${tmpPath}/old.ipynb`, notebook(['a = 1']));
  await openInNotebook7(bob, lab, `${tmpPath}/old.ipynb`);
  await rename(`${lab.root}/${tmpPath}/old.ipynb`, `${lab.root}/${tmpPath}/new name.ipynb`);
  await expect(bob.locator('#jp-title h1')).toHaveText('new name');
  await expect(bob).toHaveTitle('new name');
  await bob.reload();
  await eventually(async () => sources(bob).catch(() => [])).toEqual(['a = 1']);
  await expect(bob.locator('.jp-Dialog')).toHaveCount(0);
});

test('without the switch there is no room, no socket and no status', async ({ join, startLab }) => {
  const plain = await startLab('--YDocExtension.collaborative=False');
  await plain.write('plain.ipynb', notebook(['a = 1']));
  const ada = await join('Ada', { lab: plain });
  const sockets: string[] = [];
  ada.on('websocket', socket => sockets.push(socket.url()));
  await ada.mainFrame().goto(`${plain.url}/lab`);
  await ada.locator('.jp-Launcher').waitFor();
  await openDocument(ada, 'plain.ipynb');
  await typeInCell(ada, 0, '0');
  await ada.keyboard.press('Control+s');
  await onDisk(plain, 'plain.ipynb', ['a = 10']);
  expect(sockets.filter(url => url.includes('/api/collaboration'))).toEqual([]);
  await expect(ada.locator(STATUS)).toHaveCount(0);
});

test('what is typed offline is counted, and sent when the network is back', async ({
  page,
  together
}) => {
  const [bob] = await together('offline.ipynb', notebook(['a = 1']), 'Bob');
  await says(page, /Saved/);
  await loseNetwork(page, 'offline.ipynb');
  await typeInCell(page, 0, '23');
  await says(page, /Offline – \d+ unsynced/);
  await page.screenshot({ path: 'test-results/offline.png' });
  await typeInCell(bob, 0, ' # bob');
  await page.context().setOffline(false);
  await eventually(async () => (await sources(bob)).join('')).toContain('23');
  const [cell] = await agreement([page, bob]);
  expect(cell).toMatch(/23/);
  expect(cell).toMatch(/# bob/);
  await says(page, /Saved/);
});

test('a rename is followed, a deleted file is told and can be saved again', async ({
  page,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/notes.txt`;
  await lab.write(path, 'hello\n');
  await openDocument(page, path);
  await rename(`${lab.root}/${path}`, `${lab.root}/${tmpPath}/renamed.txt`);
  await expect(page.locator('.lm-TabBar-tab.jp-mod-current')).toContainText('renamed.txt');
  await typeInFile(page, 'more');
  await eventually(async () => lab.read(`${tmpPath}/renamed.txt`)).toBe('hello\nmore');
  await rm(`${lab.root}/${tmpPath}/renamed.txt`);
  await says(page, /deleted/i);
  expect(await text(page)).toBe('hello\nmore');
  await page.screenshot({ path: 'test-results/deleted.png' });
  await page.keyboard.press('Control+s');
  await eventually(async () => lab.read(`${tmpPath}/renamed.txt`).catch(() => '')).toBe(
    'hello\nmore'
  );
  await says(page, /Saved/);
});
