import { writeFile } from 'node:fs/promises';
import { join as pathTo } from 'node:path';
import {
  agreement,
  eventually,
  everywhere,
  notebook,
  notebookOnDisk,
  openDocument,
  openInNotebook7,
  run,
  sources,
  text,
  TOLD,
  typeInCell
} from './documents';
import { expect, test } from './fixtures';
import { documentShown, makeLink, revoke, visit } from './guests';

const MARKDOWN = { cell_type: 'markdown', id: 'words', metadata: {}, source: '# Title' };

/** A notebook of two cells with code and one with Markdown at its end. */
function mixed(): string {
  const content = JSON.parse(notebook(['a = 1', 'b = 2'])) as { cells: object[] };
  return JSON.stringify({ ...content, cells: [...content.cells, MARKDOWN] });
}

const CELLS = ['a = 1', 'b = 2', '# Title'];

test('who may view sees everything live and can change nothing', async ({
  page: owner,
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/view.ipynb`;
  await lab.write(path, mixed());
  const link = await makeLink(lab, path, 'view');
  const [{ page, problems }] = await Promise.all([
    visit(browser, lab, link),
    openDocument(owner, path)
  ]);
  const badge = page.locator('.jp-CollabViewOnly');
  await expect(badge).toHaveText('View only');
  await expect(badge).toHaveAttribute('title', /lets you view this document, not change it/);
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  const items = page.locator('.jp-NotebookPanel-toolbar > .jp-Toolbar-item:visible');
  for (const name of ['save', 'insert', 'cut', 'paste', 'run', 'cellType', 'kernelName']) {
    await expect(items.and(page.locator(`[data-jp-item-name="${name}"]`))).toHaveCount(0);
  }
  await expect(page.locator('.lm-MenuBar-itemLabel')).toHaveText([
    'File',
    'Edit',
    'View',
    'Settings',
    'Help'
  ]);

  await typeInCell(page, 0, 'typed');
  await expect(page.locator('.Toastify__toast', { hasText: 'not change it' })).toHaveCount(1);
  await page.keyboard.press('Control+x');
  await page.keyboard.press('Escape');
  for (const key of ['b', 'm', 'x', 'v', 'd', 'd', 'Shift+M', 'Control+s', 'Shift+Enter']) {
    await page.keyboard.press(key);
  }
  await page.locator('.jp-MarkdownCell').dblclick();
  await page.keyboard.press('Enter');
  await page.keyboard.type('typed');
  await expect(page.locator('.jp-MarkdownCell .jp-MarkdownOutput')).toBeVisible();
  await page.evaluate(() => {
    const model = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel;
    model?.insertCell(0, { cell_type: 'code', source: 'inserted' });
    model?.deleteCell(1);
    model?.cells?.[0]?.setSource('set');
  });
  expect(await sources(page)).toEqual(CELLS);
  await expect(page.locator('.jp-Notebook-cell .cm-content').first()).toHaveText('a = 1');

  await typeInCell(owner, 0, '23');
  await everywhere([page, owner], lab, path, ['a = 123', 'b = 2', '# Title']);
  await expect(page.locator('.jp-CollabCaret')).not.toHaveCount(0);
  await page.locator('.jp-Notebook-cell .cm-content').first().click();
  await page.keyboard.press('Control+a');
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('a = 123');
  await page.screenshot({ path: 'test-results/guest-view.png' });
  expect(problems).toEqual([]);
  await page.context().close();
});

test('who may edit writes with the others under a name of their choice', async ({
  page: owner,
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/edit.ipynb`;
  await lab.write(path, mixed());
  const link = await makeLink(lab, path, 'edit');
  // First: the notice below stays for 20 seconds, which is less than what a busy machine may take.
  await openDocument(owner, path);
  const { page, problems } = await visit(browser, lab, link);
  await expect(page.locator('.jp-CollabViewOnly')).toHaveCount(0);
  const tag = page.locator('.jp-CollabNameTag button');
  await expect(tag).toContainText(/^G.Guest \w+/);
  const notice = page.locator('.Toastify__toast', { hasText: 'Others see you as Guest' });
  await page.screenshot({ path: 'test-results/guest-edit.png' });
  await notice.getByRole('button', { name: 'Change Name…' }).click();
  const field = page.locator('.jp-CollabProfile input').first();
  await expect(field).toBeFocused();
  await field.fill('Grace Hopper');
  await page.screenshot({ path: 'test-results/guest-name.png' });
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Save' }).click();
  await expect(tag).toContainText('Guest Grace Hopper');

  await typeInCell(page, 0, '0');
  const bar = owner.locator('.jp-NotebookPanel .jp-CollabPeople');
  const avatar = bar.getByRole('button', { name: /^Guest Grace Hopper/ });
  await expect(avatar.locator('.jp-mod-guest')).toBeVisible();
  // Guests are in no lobby: the owner has them by the document.
  await run(owner, 'collab:show-people');
  const entry = owner.locator('.jp-CollabPanel-people > li', { hasText: 'Guest Grace Hopper' });
  await expect(entry).toContainText('edit.ipynb');
  await avatar.click();
  await expect(owner.locator('.jp-Dialog')).toHaveCount(0);
  await avatar.click({ button: 'right' });
  await owner.getByRole('menuitem', { name: 'Follow Guest Grace Hopper' }).click();
  await expect(owner.locator('.jp-CollabFrame')).toContainText('Following Guest Grace Hopper');
  await owner.keyboard.press('Escape');
  await expect(owner.locator('.jp-CollabFrame')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await typeInCell(page, 1, 'new');
  const cells = ['a = 10', 'new', 'b = 2', '# Title'];
  await everywhere([page, owner], lab, path, cells);
  await page.keyboard.press('Control+s');
  await page.locator('.jp-MarkdownOutput').dblclick();
  await page.locator('.jp-MarkdownCell .cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' page');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.jp-MarkdownCell .jp-MarkdownOutput')).toContainText('Title page');
  // Code is not run: there is no kernel, and nobody is asked for one.
  await typeInCell(page, 0, '0');
  await page.keyboard.press('Shift+Enter');
  await expect(page.locator('.Toastify__toast', { hasText: 'do not run code' })).toHaveCount(1);
  await everywhere([page, owner], lab, path, ['a = 100', 'new', 'b = 2', '# Title page']);
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);

  const dark = page.locator('body[data-jp-theme-name="JupyterLab Dark"]');
  await run(page, 'apputils:change-theme', { theme: 'JupyterLab Dark' });
  await expect(dark).toBeAttached();
  await page.reload();
  await documentShown(page);
  await expect(dark).toBeAttached();
  await expect(tag).toContainText('Guest Grace Hopper');
  await expect(notice).toHaveCount(0);
  await page.locator('.jp-CollabPeople button').first().click();
  await run(page, 'collab:show-people');
  await expect(page.locator('.jp-CollabPanel')).toContainText('Ada');
  await page.screenshot({ path: 'test-results/guest-people.png' });
  expect(problems).toEqual([]);
  await page.context().close();
});

test('two tabs of a guest show two documents, and the guest once', async ({
  page: owner,
  browser,
  lab,
  tmpPath
}) => {
  const [one, other] = [`${tmpPath}/one.ipynb`, `${tmpPath}/other.py`];
  await lab.write(one, mixed());
  await lab.write(other, 'x = 1\n');
  await openDocument(owner, one);
  await openDocument(owner, other);
  const { page } = await visit(browser, lab, await makeLink(lab, one, 'view'));
  const tab = await page.context().newPage();
  await tab.goto(`${lab.url}${(await makeLink(lab, other, 'view')).url}`);
  await documentShown(tab);
  await run(owner, 'collab:show-people');
  const guest = owner.locator('.jp-CollabPanel-people > li', { hasText: /Guest \w+/ });
  await expect(guest.locator('.jp-CollabPanel-document')).toHaveCount(2);
  await page.close();
  await expect(guest.locator('.jp-CollabPanel-document')).toHaveText(['other.py']);
  await page.context().close();
});

test('a link that is revoked takes the document away, and gives back what was not sent', async ({
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/revoked.ipynb`;
  await lab.write(path, mixed());
  const link = await makeLink(lab, path, 'edit');
  const [typist, offline] = await Promise.all([
    visit(browser, lab, link),
    visit(browser, lab, link)
  ]);
  const kept: string[] = [];
  typist.page.on('request', request => {
    if (request.method() === 'PUT') {
      kept.push(request.url());
    }
  });
  await typeInCell(typist.page, 0, '0');
  await agreement([typist.page, offline.page]);
  await offline.page.context().setOffline(true);
  await typeInCell(offline.page, 1, ' # kept');
  await typist.page.locator('.jp-Notebook-cell .cm-content').first().click();
  const typing = typist.page.keyboard.type('x'.repeat(40), { delay: 50 });
  await revoke(lab, link);
  const words = typist.page.locator('.jp-CollabEnded');
  await expect(words).toContainText('This link was revoked.', { timeout: TOLD });
  await expect(typist.page.locator('.jp-Notebook')).toBeHidden();
  await typing;
  await offline.page.context().setOffline(false);
  const ended = offline.page.locator('.jp-CollabEnded');
  await expect(ended).toContainText(/The server has not confirmed your last \d+ changes/);
  await expect(ended.locator('textarea')).toHaveValue('b = 2 # kept');
  await offline.page.screenshot({ path: 'test-results/guest-revoked.png' });
  expect((await lab.read(path)).includes('kept')).toBe(false);
  // The browser asks before it leaves what is only here.
  offline.page.on('dialog', dialog => void dialog.accept());
  await ended.getByRole('button', { name: 'Try Again' }).click();
  await expect(offline.page.locator('h1')).toHaveText('This link was revoked');
  // Nothing is sent to be kept, such as the workspace, which would be refused by now.
  expect(kept).toEqual([]);
  expect(typist.problems).toEqual([]);
  await Promise.all([typist, offline].map(async ({ page }) => page.context().close()));
});

test('a link ends by itself when its time is over', async ({ browser, lab, tmpPath }) => {
  const path = `${tmpPath}/expired.txt`;
  await lab.write(path, 'text\n');
  // The server of the tests makes links that are as short as that.
  const link = await makeLink(lab, path, 'view', 12);
  const { page } = await visit(browser, lab, link, { colorScheme: 'dark' });
  await page.locator('.cm-content').click();
  await page.keyboard.type('typed');
  expect(await text(page)).toBe('text\n');
  await expect(page.locator('.jp-CollabEnded')).toContainText('has expired.', { timeout: 30_000 });
  await page.goto(`${lab.url}${link.url}`);
  await expect(page.locator('h1')).toHaveText('This link has expired');
  await page.screenshot({ path: 'test-results/guest-expired.png' });
  await page.goto(`${lab.url}/collab/join?share_token=unknown`);
  await expect(page.locator('h1')).toHaveText('This link is not known');
  await page.context().close();
});

test('guests have their page in Notebook 7 too', async ({ browser, join, lab, tmpPath }) => {
  const path = `${tmpPath}/seven.ipynb`;
  await lab.write(path, mixed());
  const owner = await join('Ada', { app: 'notebook' });
  const link = await makeLink(lab, path, 'view');
  const [{ page, problems }] = await Promise.all([
    visit(browser, lab, link),
    openInNotebook7(owner, lab, path)
  ]);
  // Where the button in the bar leads.
  await page.goto(`${lab.url}/tree/${path}`);
  await documentShown(page);
  expect(new URL(page.url()).pathname).toBe(`/notebooks/${path}`);
  await expect(page.locator('.jp-CollabViewOnly')).toHaveText('View only');
  await typeInCell(page, 0, 'typed');
  await typeInCell(owner, 1, '0');
  await everywhere([page, owner], lab, path, ['a = 1', 'b = 20', '# Title']);
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  await page.screenshot({ path: 'test-results/guest-notebook7.png' });
  await revoke(lab, link);
  await expect(page.locator('.jp-CollabEnded')).toBeVisible({ timeout: TOLD });
  // Notebook 7.6 alone throws this one too: its shortcuts may be told of settings before their own.
  const own = /reading 'schema'/;
  expect(problems.filter(problem => !own.test(problem))).toEqual([]);
  await page.context().close();
});

test('whose right to write is withdrawn, and given back, goes on with the open document', async ({
  pair,
  startLab
}) => {
  const lab = await startLab('--YDocExtension.share_recheck_interval=0.5');
  const [ada, bob] = await pair(lab, 'rights.ipynb', mixed());
  await typeInCell(bob, 0, '0');
  await everywhere([ada, bob], lab, 'rights.ipynb', ['a = 10', 'b = 2', '# Title']);
  await writeFile(pathTo(lab.cwd, 'readers'), 'bob');
  const badge = bob.locator('.jp-CollabViewOnly');
  await expect(badge).toHaveAttribute('title', /You may read the files of this server/);
  const share = bob.getByText('Share', { exact: true }).filter({ visible: true });
  await expect(share).toHaveCount(0);
  await typeInCell(bob, 0, 'typed');
  await bob.keyboard.press('Control+z');
  await bob.keyboard.press('Control+s');
  await typeInCell(ada, 1, '0');
  await everywhere([ada, bob], lab, 'rights.ipynb', ['a = 10', 'b = 20', '# Title']);
  await expect(bob.locator('.jp-Dialog')).toHaveCount(0);
  await bob.screenshot({ path: 'test-results/guest-reader.png' });
  await writeFile(pathTo(lab.cwd, 'readers'), '');
  await expect(badge).toHaveCount(0);
  // In the menu bar, and in the bar of the document.
  await expect(share).toHaveCount(2);
  await typeInCell(bob, 0, '0');
  await everywhere([ada, bob], lab, 'rights.ipynb', ['a = 100', 'b = 20', '# Title']);
});

test('a narrow screen has room for the document and what it is', async ({
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/narrow.ipynb`;
  await lab.write(path, mixed());
  const link = await makeLink(lab, path, 'view');
  const { page } = await visit(browser, lab, link, { viewport: { width: 400, height: 700 } });
  await expect(page.locator('.jp-CollabViewOnly')).toBeInViewport({ ratio: 1 });
  await expect(page.locator('#jp-collab-status')).toBeInViewport({ ratio: 1 });
  await expect(page.locator('.jp-Notebook-cell').first()).toBeInViewport();
  await page.screenshot({ path: 'test-results/guest-narrow.png' });
  await revoke(lab, link);
  await expect(page.locator('.jp-CollabEnded h1')).toBeInViewport({ ratio: 1 });
  await expect(page.locator('.jp-CollabEnded')).toBeFocused();
  await expect(page.locator('.Toastify__toast')).toHaveCount(0);
  await page.context().close();
});

test('a link in the document to another file says that it is not open to guests', async ({
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/leads.ipynb`;
  await lab.write(`${tmpPath}/other.py`, 'x = 1');
  const content = JSON.parse(mixed()) as { cells: object[] };
  content.cells.push({ ...MARKDOWN, id: 'leads', source: '[elsewhere](other.py)' });
  await lab.write(path, JSON.stringify(content));
  const { page } = await visit(browser, lab, await makeLink(lab, path, 'view'));
  await page.getByRole('link', { name: 'elsewhere' }).click();
  await expect(page.locator('.Toastify__toast', { hasText: 'no other file' })).toHaveCount(1);
  await page.context().close();
});

test('what a guest puts into the document by hand runs nowhere', async ({
  page: owner,
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/harm.ipynb`;
  await lab.write(path, mixed());
  const link = await makeLink(lab, path, 'edit');
  const [{ page }] = await Promise.all([visit(browser, lab, link), openDocument(owner, path)]);
  await page.evaluate(() => {
    const run = 'window.harmed=true';
    const display = (data: object) => ({ output_type: 'display_data', data, metadata: {} });
    const outputs = [
      display({ 'text/html': `<script>${run}</script><img src="x" onerror="${run}">` }),
      display({ 'text/html': `<a href="javascript:${run}">press</a>` }),
      display({ 'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"/>` }),
      display({ 'application/javascript': run }),
      display({ 'application/vnd.jupyter.widget-view+json': { model_id: 'harm' } })
    ];
    const model = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel;
    model?.cells?.[0]?.setMetadata('trusted', true);
    model?.cells?.[0]?.setOutputs(outputs);
    model?.insertCell(0, {
      cell_type: 'code',
      source: 'came along',
      metadata: { trusted: true },
      outputs
    });
    model?.setMetadata('widgets', {
      'application/vnd.jupyter.widget-state+json': {
        version_major: 2,
        version_minor: 0,
        state: { harm: { model_name: 'HTMLModel', state: { value: `<script>${run}</script>` } } }
      }
    });
    model?.insertCell(0, {
      cell_type: 'markdown',
      source: `[press](javascript:${run}) <img src="x" onerror="${run}"> <script>${run}</script>`
    });
  });
  await expect(page.locator('.Toastify__toast')).toContainText([/stay as they were/]);
  await eventually(async () => sources(owner)).toContain('came along');
  const press = owner.locator('.jp-RenderedMarkdown', { hasText: 'press' }).locator('a').first();
  await press.click();
  // What does run here, when it is done in the same way, comes after all of the guest's.
  await owner.evaluate(() => {
    const link = document.body.appendChild(document.createElement('a'));
    link.href = 'javascript:window.hasPressed=true;void 0';
    link.click();
    const image = new Image();
    image.setAttribute('onerror', 'window.hasFailed=true');
    image.src = 'x';
  });
  await owner.waitForFunction(() => 'hasPressed' in window && 'hasFailed' in window);
  expect(await owner.evaluate(() => 'harmed' in window)).toBe(false);
  await expect(owner.locator('.jp-OutputArea-child')).toHaveCount(0);
  let file: unknown = null;
  const words = async () => {
    file = await notebookOnDisk(lab, path);
    return JSON.stringify(file);
  };
  await eventually(words, { timeout: 10_000 }).toContain('came along');
  const { cells, metadata } = file as {
    cells: { outputs?: object[]; metadata: object }[];
    metadata: object;
  };
  expect(cells.flatMap(({ outputs }) => outputs ?? [])).toEqual([]);
  expect(cells.map(cell => cell.metadata)).toEqual(cells.map(() => ({})));
  expect(metadata).not.toHaveProperty('widgets');
  await page.context().close();
});
