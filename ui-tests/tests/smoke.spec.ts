import {
  kernelId,
  load,
  notebook,
  openDocument,
  openInNotebook7,
  sources,
  typeInCell
} from './documents';
import { expect, test } from './fixtures';

interface PageConfig {
  readonly federated_extensions: readonly { readonly name: string }[];
  readonly disabledExtensions?: readonly string[];
}

test('JupyterLab loads the extension', async ({ page, tmpPath }) => {
  await load(page, tmpPath);
  const config = await page.evaluate(
    () => JSON.parse(document.getElementById('jupyter-config-data')?.textContent ?? '{}') as unknown
  );
  const { federated_extensions, disabledExtensions = [] } = config as PageConfig;
  expect(federated_extensions.map(({ name }) => name)).toContain('jupyter-collab');
  expect(disabledExtensions.filter(id => id.startsWith('jupyter-collab'))).toEqual([]);
});

test('the server knows who is there', async ({ page, join, tmpPath }) => {
  const grace = await join('Grace');
  await Promise.all([page, grace].map(async someone => load(someone, tmpPath)));
  for (const [someone, name] of [[page, 'Ada'] as const, [grace, 'Grace'] as const]) {
    const me = await someone.evaluate(async () => {
      const base = document.location.pathname.replace(/lab.*/, '');
      return (await (await fetch(`${base}api/me`)).json()) as { identity: { name: string } };
    });
    expect(me.identity.name).toBe(name);
  }
});

test('a notebook opens and runs in JupyterLab', async ({ lab, page, tmpPath }) => {
  const path = `${tmpPath}/plain.ipynb`;
  await lab.write(path, notebook(['print(6 * 7)', 'x = ']));
  await openDocument(page, path);
  await kernelId(page);
  await typeInCell(page, 1, '"é😀"');
  expect(await sources(page)).toEqual(['print(6 * 7)', 'x = "é😀"']);

  await page.locator('.jp-Notebook-cell').first().locator('.cm-content').click();
  await page.keyboard.press('Shift+Enter');
  await expect(page.locator('.jp-OutputArea-output')).toHaveText('42');
});

test('a notebook opens in Notebook 7', async ({ join, lab, tmpPath }) => {
  const path = `${tmpPath}/plain.ipynb`;
  await lab.write(path, notebook(['"here"']));
  const page = await join('Grace', { app: 'notebook' });
  await openInNotebook7(page, lab, path);
  expect(await sources(page)).toEqual(['"here"']);
});

test('the status is to be seen in Notebook 7 on a narrow page, which has no header', async ({
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/narrow.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  const page = await join('Grace', { app: 'notebook' });
  await openInNotebook7(page, lab, path);
  const status = page.locator('.jp-CollabStatus-button');
  await expect(status).toBeInViewport({ ratio: 0.9 });
  for (const width of [700, 400]) {
    await page.setViewportSize({ width, height: 700 });
    await expect(page.locator('#top-panel')).toBeHidden();
    await expect(status).toBeInViewport({ ratio: 0.9 });
  }
});
