import type { WebSocketRoute } from '@playwright/test';

import {
  eventually,
  load,
  onDisk,
  openDocument,
  run,
  sources,
  typeInCell,
  type Output
} from './documents';
import { expect, test, type LabPage } from './fixtures';

/** A frame with an update of a document: kind 0, step 2. Parts of a document are such. */
function isUpdate(message: string | Buffer): boolean {
  return typeof message !== 'string' && message[0] === 0 && message[1] === 2;
}

/** Lets the first part of each document through, and what follows once it is told to go on. */
async function holdBack(page: LabPage): Promise<() => void> {
  const held: (() => void)[] = [];
  let holds = true;
  const follow = (ours: WebSocketRoute) => {
    const server = ours.connectToServer();
    let parts = 0;
    server.onMessage(message => {
      parts += isUpdate(message) ? 1 : 0;
      if (holds && (parts > 1 || held.length > 0)) {
        held.push(() => ours.send(message));
      } else {
        ours.send(message);
      }
    });
  };
  await page.routeWebSocket(/collaboration\/room\/json/, follow);
  return () => {
    holds = false;
    held.splice(0).forEach(send => send());
  };
}

/** What no browser shows, so that nothing but its size matters. */
const HUGE = { 'application/x-huge': 'x'.repeat(400_000) };

/** A notebook of cells with outputs of 400 KB each: too large to be sent at once. */
function large(sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    execution_count: 1,
    id: `cell-${index}`,
    metadata: {},
    outputs: [
      { output_type: 'display_data', metadata: {}, data: { ...HUGE, 'text/plain': `old ${index}` } }
    ],
    source
  }));
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  const metadata = { kernelspec, language_info: { name: 'python' } };
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 });
}

/** What the cells have put out. */
async function outputs(page: LabPage): Promise<string[][]> {
  return page.evaluate(() => {
    const cells = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel.cells ?? [];
    const textOf = ({ text, data }: Output) => String(text ?? data?.['text/plain'] ?? '');
    return cells.map(cell => cell.getOutputs().map(textOf));
  });
}

test('a large notebook can be written in before its outputs are there, and a cell that is run then has one', async ({
  page,
  summon,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/large.ipynb`;
  const names = ['print("new")', 'b', 'c', 'd', 'e', 'f'];
  await lab.write(path, large(names));
  const goOn = await holdBack(page);
  await load(page, tmpPath);
  const exports: string[] = [];
  page.on('request', request => exports.push(...(request.url().match(/api\/nbconvert/g) ?? [])));
  await run(page, 'docmanager:open', { path });
  const cells = page.locator('.jp-Notebook .jp-CodeCell');
  await expect(cells).toHaveCount(names.length);
  await expect(cells.first().locator('.cm-content')).toHaveText('print("new")');
  await expect(page.getByText('Loading outputs…')).toBeVisible();
  expect((await outputs(page)).flat()).toEqual([]);

  const bot = await summon('Bea', path);
  await typeInCell(page, 1, ' = 1');
  await run(page, 'notebook:insert-cell-below');
  await page.keyboard.type('mine');
  await run(page, 'notebook:move-cell-up'); // a cell that is moved would lose its outputs
  const written = ['print("new")', 'b = 1', 'mine', ...names.slice(2)];
  expect(await sources(page)).toEqual(written);
  await eventually(() => bot.sources).toEqual(written);
  await bot.typeKeys(1, ' # hers');
  await cells.first().locator('.cm-content').click();
  await page.keyboard.press('Shift+Enter');
  expect((await outputs(page)).flat()).toEqual([]);
  expect(exports).toEqual([]); // the document comes first
  goOn();
  await expect(page.getByText('Loading outputs…')).toHaveCount(0);
  await eventually(() => exports).toHaveLength(1);
  const expected = [['new\n'], ['old 1'], [], ...[2, 3, 4, 5].map(index => [`old ${index}`])];
  await eventually(async () => outputs(page), { timeout: 20_000 }).toEqual(expected);
  const finished = ['print("new")', 'b = 1 # hers', 'mine', ...names.slice(2)];
  await onDisk(lab, path, finished);
  expect(await sources(page)).toEqual(finished);
  const file = JSON.parse(await lab.read(path)) as { cells: { metadata: object }[] };
  expect(file.cells.map(({ metadata }) => metadata)).toEqual(written.map(() => ({})));
  expect(await outputs(page)).toEqual(expected);
});

test('so does one in which somebody has worked since, and deleted an output', async ({
  page,
  lab,
  join,
  tmpPath
}) => {
  const path = `${tmpPath}/worked.ipynb`;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const old = names.map((_, index) => [`old ${index}`]);
  await lab.write(path, large(names));
  await openDocument(page, path);
  await eventually(async () => outputs(page)).toEqual(old);
  await page.locator('.jp-Notebook .jp-CodeCell .cm-content').nth(1).click();
  await page.keyboard.type('# ');
  await run(page, 'notebook:clear-cell-output');
  const left = old.map((output, index) => (index === 1 ? [] : output));
  expect(await outputs(page)).toEqual(left);
  await onDisk(lab, path, ['a', 'b# ', ...names.slice(2)]);

  const other = await join('Bea');
  const goOn = await holdBack(other);
  await load(other, tmpPath);
  await run(other, 'docmanager:open', { path });
  const cells = other.locator('.jp-Notebook .jp-CodeCell .cm-content');
  await expect(cells).toHaveCount(names.length);
  await expect(cells.nth(1)).toHaveText('b# ');
  await expect(other.getByText('Loading outputs…')).toBeVisible();
  expect((await outputs(other)).flat()).toEqual([]);
  goOn();
  await expect(other.getByText('Loading outputs…')).toHaveCount(0);
  expect(await outputs(other)).toEqual(left);
});
