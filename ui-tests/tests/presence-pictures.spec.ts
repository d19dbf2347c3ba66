import { readFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import type { Bot } from './bots';
import { load, openDocument, openInNotebook7, run } from './documents';
import { expect, test, type LabPage, type Summon } from './fixtures';

/** What presence looks like: look at these pictures, then copy some to docs/images. */
const PICTURES = 'test-results/pictures';

const EXAMPLE = joinPath(__dirname, '..', '..', 'examples', 'kittiwakes.ipynb');

const NAMES = [
  'Grace Hopper',
  'Bob',
  'Carol Shaw',
  'Dan Ingalls',
  'Evelyn Boyd Granville-Collins',
  'Frank',
  'Heidi',
  'Ivan',
  'Judy'
];

const THEMES = ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast'];

async function gather(summon: Summon, path: string, count: number): Promise<Bot[]> {
  const bots: Bot[] = [];
  for (const name of NAMES.slice(0, count)) {
    bots.push(await summon(name, path));
  }
  return bots;
}

async function wear(page: LabPage, theme: string): Promise<void> {
  await run(page, 'apputils:change-theme', { theme });
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached' });
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
}

/** Everybody moves, so that all names are to be seen. */
async function moveAll(page: LabPage, bots: readonly Bot[]): Promise<void> {
  bots.forEach((bot, n) => {
    const cell = [1, 3, 3, 1, 5, 3][n % 6] ?? 1;
    bot.writeInCell(cell, 4 + n, 4 + n);
  });
  bots.forEach((bot, n) => {
    const cell = [1, 3, 3, 1, 5, 3][n % 6] ?? 1;
    bot.writeInCell(cell, 8 + 3 * n, n === 2 ? 20 : 8 + 3 * n);
  });
  await expect(page.locator('.jp-CollabLabel.jp-mod-shown').first()).toBeVisible();
}

test('people in a notebook, in all themes, wide and narrow', async ({
  page,
  summon,
  lab,
  tmpPath
}) => {
  test.setTimeout(240_000);
  const path = `${tmpPath}/kittiwakes.ipynb`;
  await lab.write(path, await readFile(EXAMPLE, 'utf8'));
  await openDocument(page, path);
  const three = await gather(summon, path, 2);
  await page.locator('.jp-Notebook .cm-content').nth(1).click();
  await moveAll(page, three);
  await page.screenshot({ path: `${PICTURES}/three.png` });
  three.forEach(bot => bot.leave());
  await expect(page.locator('.jp-CollabCaret')).toHaveCount(0);

  const ten = await gather(summon, path, 9);
  const bar = page.locator('.jp-CollabPeople');
  await expect(bar.locator('button')).toHaveCount(6);
  for (const [n, theme] of THEMES.entries()) {
    await wear(page, theme);
    await moveAll(page, ten);
    await page.screenshot({ path: `${PICTURES}/ten-${n}.png` });
    await bar.locator('.jp-mod-more').click();
    await page.screenshot({ path: `${PICTURES}/ten-list-${n}.png` });
    await page.keyboard.press('Escape');
    await run(page, 'collab:show-people');
    await page.screenshot({ path: `${PICTURES}/panel-${n}.png` });
    await run(page, 'filebrowser:activate');
    await page.screenshot({ path: `${PICTURES}/files-${n}.png` });
    void run(page, 'collab:edit-profile');
    await page.locator('.jp-CollabProfile').waitFor();
    await page.screenshot({ path: `${PICTURES}/profile-${n}.png` });
    await page.keyboard.press('Escape');
    await run(page, 'collab:follow-person', { username: 'bob' });
    await page.screenshot({ path: `${PICTURES}/follow-${n}.png` });
    await run(page, 'collab:stop-following');
    await run(page, 'collab:present');
    ten[2]?.say({ presenting: n + 1 });
    await page.locator('.Toastify__toast').getByRole('button', { name: 'Follow' }).hover();
    await page.screenshot({ path: `${PICTURES}/present-${n}.png` });
    ten[2]?.say({ presenting: null });
    await run(page, 'collab:present');
    await page.locator('.Toastify__toast').waitFor({ state: 'detached' });
    ten.forEach((bot, at) => bot.selectCells(at < 6 ? 1 + (at % 3) : 9, 2));
    await expect(page.locator('.jp-CollabCaret')).toHaveCount(0);
    await page.screenshot({ path: `${PICTURES}/command-${n}.png` });
  }
  await wear(page, 'JupyterLab Light');
  await page.setViewportSize({ width: 640, height: 600 });
  await moveAll(page, ten);
  await page.screenshot({ path: `${PICTURES}/narrow.png` });
  await run(page, 'application:toggle-left-area');
  await moveAll(page, ten);
  await page.screenshot({ path: `${PICTURES}/narrow-closed.png` });
});

test('people in a text file', async ({ page, summon, lab, tmpPath }) => {
  const path = `${tmpPath}/kinds.py`;
  const lines = [
    'short = 1',
    `long = "${'wrapped words '.repeat(40)}"`,
    'שלום עולם = "مرحبا بالعالم"',
    'def folded():',
    '    return 1',
    '',
    ...Array.from({ length: 80 }, (_, n) => `x${n} = ${n}`)
  ];
  const text = lines.join('\n');
  await lab.write(path, text);
  await openDocument(page, path);
  const bots = await gather(summon, path, 6);
  await page.locator('.jp-FileEditor .cm-content').click();
  await run(page, 'codemirror:fold-all');
  const places = [3, 200, text.indexOf('שלום') + 3, text.indexOf('return'), text.length - 10, 90];
  bots.forEach((bot, n) => bot.writeInFile(places[n] ?? 0, n === 5 ? 300 : places[n]));
  await expect(page.locator('.jp-CollabLabel.jp-mod-shown').first()).toBeVisible();
  await page.screenshot({ path: `${PICTURES}/text.png` });
});

test('people in Notebook 7', async ({ join, summon, lab, tmpPath }) => {
  const path = `${tmpPath}/kittiwakes.ipynb`;
  await lab.write(path, await readFile(EXAMPLE, 'utf8'));
  const ada = await join('Ada', { app: 'notebook' });
  await load(ada, tmpPath);
  const ten = await gather(summon, path, 9);
  await expect(ada.locator('.jp-CollabFileMarks')).toHaveCount(1);
  await ada.screenshot({ path: `${PICTURES}/seven-tree.png` });
  await openInNotebook7(ada, lab, path);
  await expect(ada.locator('.jp-CollabPeople button')).toHaveCount(6);
  await moveAll(ada, ten);
  await ada.screenshot({ path: `${PICTURES}/seven.png` });
  await run(ada, 'collab:show-people');
  await ada.screenshot({ path: `${PICTURES}/seven-panel.png` });
});
