import type { Locator, Page } from '@playwright/test';
import { notebook, openDocument, sources, typeInCell } from './documents';
import { expect, test } from './fixtures';
import { TOKEN } from './lab-server';

/** What people use; the dialog is the same everywhere. */
function dialogOf(page: Page): Locator {
  return page.getByRole('dialog');
}

async function fromMenu(page: Page, entry: string): Promise<Locator> {
  await page.getByRole('menuitem', { name: 'Share', exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).click();
  await expect(dialogOf(page)).toBeVisible();
  return dialogOf(page);
}

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('the link to the server lets somebody into the document who has nothing else', async ({
  page,
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/server link.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  await openDocument(page, path);
  const dialog = await fromMenu(page, 'Share Jupyter Server Link…');
  await expect(dialog).toContainText('Only this computer can open this link');
  await dialog.getByRole('button', { name: 'Copy Link' }).click();
  await expect(dialog.getByRole('status')).toHaveText('The link was copied.');
  await page.screenshot({ path: 'test-results/sharing-server.png' });
  const link = await page.evaluate(async () => navigator.clipboard.readText());
  expect(link).toBe(`${lab.url}/lab/tree/${encodeURI(path)}?token=${TOKEN}`);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  const context = await browser.newContext({ extraHTTPHeaders: {} });
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.locator('.jp-Notebook .cm-content')).toHaveText('a = 1');
  await typeInCell(other, 0, '23');
  await expect.poll(async () => sources(page)).toEqual(['a = 123']);
  await expect(page.locator('.jp-CollabCaret')).toHaveCount(1);
  await context.close();
});
