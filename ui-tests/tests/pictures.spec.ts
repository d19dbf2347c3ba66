import { readFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { eventually, kernelId, openDocument, run, sources, typeInCell } from './documents';
import { expect, test } from './fixtures';

const EXAMPLES = joinPath(__dirname, '..', '..', 'examples');

/** The pictures of the documentation: look at them, then copy them to docs/images. */
test('the example notebook, light and dark', async ({ page, join, lab, tmpPath }) => {
  for (const name of ['kittiwakes.ipynb', 'colony.py', 'sketch.py']) {
    await lab.write(`${tmpPath}/${name}`, await readFile(joinPath(EXAMPLES, name), 'utf8'));
  }
  const path = `${tmpPath}/kittiwakes.ipynb`;
  const bob = await join('Bob');
  await Promise.all([openDocument(page, path), openDocument(bob, path)]);
  await kernelId(page);
  await run(page, 'notebook:run-all-cells');
  await typeInCell(bob, 3, '  # Bob is here too');
  await expect(page.locator('#jp-collab-status')).toContainText('Saved', { timeout: 30_000 });
  await eventually(async () => (await sources(page))[3]).toContain('Bob is here too');
  await page.evaluate(() => {
    const cells = document.querySelectorAll('.jp-NotebookPanel .jp-Cell');
    [...cells].find(cell => cell.textContent.includes('Bob is here too'))?.scrollIntoView();
  });
  await page.screenshot({ path: 'test-results/pictures/notebook.png' });
  await run(page, 'apputils:change-theme', { theme: 'JupyterLab Dark' });
  await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' });
  await page.locator('#jp-collab-status').click();
  await page.screenshot({ path: 'test-results/pictures/dark.png' });
  await page.setViewportSize({ width: 640, height: 600 });
  await page.screenshot({ path: 'test-results/pictures/narrow.png' });
});
