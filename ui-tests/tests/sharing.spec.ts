import type { Browser, BrowserContext, Locator, Page } from '@playwright/test';
import { rename } from 'node:fs/promises';
import {
  documentReady,
  eventually,
  load,
  notebook,
  openDocument,
  openInNotebook7,
  run,
  sources,
  TOLD,
  typeInCell
} from './documents';
import { expect, test } from './fixtures';
import { TOKEN } from './lab-server';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

async function fromMenu(page: Page, entry: string): Promise<Locator> {
  await page.getByRole('menuitem', { name: 'Share', exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).click();
  return opened(page);
}

async function fromBar(page: Page): Promise<Locator> {
  await page.locator('.jp-NotebookPanel-toolbar').getByRole('button', { name: 'Share' }).click();
  return opened(page);
}

function fieldOf(dialog: Locator): Locator {
  return dialog.getByRole('textbox', { name: 'Link to the whole server' });
}

async function opened(page: Page): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name: 'Share', exact: true });
  await expect(dialog.getByRole('tablist')).toBeVisible();
  return dialog;
}

/** Makes a link in the dialog, and returns what was copied. */
async function makeLink(page: Page, dialog: Locator, role: RegExp, name = ''): Promise<string> {
  await dialog.getByRole('radio', { name: role }).check();
  await dialog.getByRole('textbox', { name: /^Name/ }).fill(name);
  await dialog.getByRole('button', { name: 'Create Link' }).click();
  const made = dialog.locator('.jp-CollabShare-made');
  const copy = made.getByRole('button', { name: 'Copy Link' });
  await expect(copy).toBeFocused();
  await copy.click();
  await expect(made.getByRole('status')).toHaveText('The link was copied.');
  return page.evaluate(async () => navigator.clipboard.readText());
}

/** Holds back what waits for the page to be idle, as a busy page does, until it is told to go on. */
async function keepBusy(page: Page): Promise<() => Promise<void>> {
  const held = await page.evaluateHandle(() => {
    const callbacks: IdleRequestCallback[] = [];
    Object.assign(window, {
      requestIdleCallback: (callback: IdleRequestCallback) => callbacks.push(callback)
    });
    return callbacks;
  });
  return async () =>
    held.evaluate(callbacks => {
      const deadline = { didTimeout: false, timeRemaining: () => 50 };
      callbacks.splice(0).forEach(one => one(deadline));
    });
}

/** Somebody who has nothing but the link: no token, no cookie. */
async function openAsStranger(browser: Browser, link: string): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ extraHTTPHeaders: {} });
  const stranger = await context.newPage();
  await stranger.goto(link);
  return stranger;
}

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
  const { origin, pathname, searchParams } = new URL(link);
  expect(origin + pathname).toBe(`${lab.url}/collab/open/lab/tree/${encodeURI(path)}`);
  expect([...searchParams.keys()]).toEqual(['file', 'token']);
  expect(searchParams.get('token')).toBe(TOKEN);
  await dialog.getByRole('checkbox', { name: 'Include the token' }).uncheck();
  await expect(fieldOf(dialog)).toHaveValue(link.replace(/&token=.*/, ''));
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  // A renamed document is still where the link leads.
  await rename(`${lab.root}/${path}`, `${lab.root}/${tmpPath}/moved.ipynb`);
  await expect(page.locator('.lm-TabBar-tab.jp-mod-current')).toContainText('moved.ipynb');
  const other = await openAsStranger(browser, link);
  await expect(other.locator('.jp-Notebook .cm-content')).toHaveText('a = 1');
  expect(other.url()).not.toContain(TOKEN);
  await typeInCell(other, 0, '23');
  await eventually(async () => sources(page)).toEqual(['a = 123']);
  await expect(page.locator('.jp-CollabCaret')).toHaveCount(1);
  await other.context().close();
});

test('links to a document let guests edit and view, and whoever is in is listed', async ({
  page,
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/guests.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  await openDocument(page, path);
  const from = lab.log.length;
  const said: string[] = [];
  page.on('console', message => said.push(message.text()));
  const dialog = await fromBar(page);
  await expect(dialog).toContainText('There are none.');
  await page.screenshot({ path: 'test-results/sharing-empty.png' });
  const edit = await makeLink(page, dialog, /can edit/, 'Physics');
  const view = await makeLink(page, dialog, /can view/);
  expect(edit).toContain(`${lab.url}/collab/join?share_token=`);
  expect(view).not.toBe(edit);

  const editor = await openAsStranger(browser, edit);
  await expect(editor.locator('.jp-Notebook .cm-content')).toHaveText('a = 1');
  expect(editor.url()).not.toContain('share_token');
  const viewer = await openAsStranger(browser, view);
  await expect(viewer.locator('.jp-Notebook .cm-content')).toHaveText('a = 1');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Physics' })).toContainText(
    /In now: Guest /
  );
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Link to view' })).toContainText(
    /In now: Guest /
  );
  await page.screenshot({ path: 'test-results/sharing-links.png' });
  await typeInCell(editor, 0, '2');
  await eventually(async () => sources(viewer)).toEqual(['a = 12']);
  for (const guest of [editor, viewer]) {
    await expect(guest.getByRole('menuitem', { name: 'Share', exact: true })).toHaveCount(0);
    await expect(guest.getByRole('button', { name: 'Share' })).toHaveCount(0);
    const has = await guest.evaluate(() =>
      ['collab:share-server', 'collab:share-document', 'collab:share-file'].filter(id =>
        window.jupyterapp.commands.hasCommand(id)
      )
    );
    expect(has).toEqual([]);
  }
  const written = lab.log.slice(from) + said.join('\n');
  for (const link of [edit, view]) {
    expect(written).not.toContain(new URL(link).searchParams.get('share_token'));
  }
  await editor.context().close();
  await viewer.context().close();
});

test('a guest whose link is revoked is out within a second while typing, and is told why', async ({
  page,
  browser,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/revoked.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  await openDocument(page, path);
  const dialog = await fromBar(page);
  const link = await makeLink(page, dialog, /can edit/, 'Physics');
  // A renamed document is still where the link leads.
  const moved = `${tmpPath}/moved.ipynb`;
  await rename(`${lab.root}/${path}`, `${lab.root}/${moved}`);
  await expect(page.locator('.lm-TabBar-tab.jp-mod-current')).toContainText('moved.ipynb');
  const guest = await openAsStranger(browser, link);
  await expect(guest.locator('.jp-Notebook .cm-content')).toHaveText('a = 1');
  await typeInCell(guest, 0, '2');
  await eventually(async () => sources(page)).toEqual(['a = 12']);
  const item = dialog.getByRole('listitem').filter({ hasText: 'Physics' });
  const confirm = item.getByRole('button', { name: 'Revoke' });
  await confirm.press('Enter');
  await item.getByRole('button', { name: 'Keep' }).press('Enter');
  await expect(confirm).toBeFocused();
  await confirm.press('Enter');
  await expect(confirm).toBeFocused();
  await guest.keyboard.type('3');
  await confirm.press('Enter');
  await expect(guest.getByText('Your link has ended')).toBeVisible({ timeout: TOLD });
  await guest.screenshot({ path: 'test-results/sharing-revoked-guest.png' });
  await expect(dialog).toContainText('“Physics” was revoked. Whoever was in by it is out.');
  await expect(dialog).toContainText('There are none.');
  await expect(dialog.locator('.jp-CollabShare-made')).toHaveCount(0);
  await page.screenshot({ path: 'test-results/sharing-revoked.png' });
  await guest.goto(link);
  await expect(guest.locator('body')).toContainText('revoked');
  await guest.context().close();
});

test('without a way to the clipboard the link is selected, and it is said what to press', async ({
  page,
  lab,
  tmpPath
}) => {
  await lab.write(`${tmpPath}/plain.ipynb`, notebook(['a = 1']));
  await openDocument(page, `${tmpPath}/plain.ipynb`);
  // As on a page that came over http from another computer.
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  const dialog = await fromMenu(page, 'Share Jupyter Server Link…');
  const field = fieldOf(dialog);
  await dialog.getByRole('button', { name: 'Copy Link' }).press('Enter');
  await expect(dialog.getByRole('status')).toHaveText('The link was copied.');
  await page.evaluate(() => {
    Object.assign(document, { execCommand: () => false });
  });
  await dialog.getByRole('button', { name: 'Copy Link' }).click();
  await expect(dialog.getByRole('status')).toContainText('Press Ctrl+C');
  await expect(field).toBeFocused();
  const selected = await page.evaluate(() => String(window.getSelection()));
  expect(selected).toBe(await field.inputValue());
});

test('everything is done by keys, and the name is made with the enter key', async ({
  page,
  lab,
  tmpPath
}) => {
  await lab.write(`${tmpPath}/keys.ipynb`, notebook(['a = 1']));
  await openDocument(page, `${tmpPath}/keys.ipynb`);
  const becomeIdle = await keepBusy(page);
  const dialog = await fromBar(page);
  const tab = dialog.getByRole('tab', { name: 'This Document Only' });
  await expect(tab).toBeFocused();
  const other = dialog.getByRole('tab', { name: 'Whole Server' });
  await page.emulateMedia({ forcedColors: 'active' });
  await expect(other).toHaveCSS('border-bottom-color', 'rgb(255, 255, 255)');
  await expect(tab).not.toHaveCSS('border-bottom-color', 'rgb(255, 255, 255)');
  await expect(dialog.getByRole('button', { name: 'Close' })).toHaveCSS('border-top-width', '1px');
  await page.emulateMedia({ forcedColors: 'none' });
  await page.keyboard.press('ArrowRight');
  await expect(other).toBeFocused();
  await expect(dialog.getByRole('checkbox')).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(tab).toBeFocused();
  const view = dialog.getByRole('radio', { name: 'can view', exact: true });
  await expect(view).toHaveAccessibleDescription(/as it happens/);
  await page.keyboard.press('Tab');
  await expect(view).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByRole('radio', { name: /can edit/ })).toBeChecked();
  await page.keyboard.press('Tab');
  await expect(dialog.getByRole('combobox', { name: 'Valid' })).toBeFocused();
  // As the notebook behind it does once it is ready, and JupyterLab's dialogs once the page is idle.
  await page.locator('.jp-Notebook-cell').focus();
  await becomeIdle();
  await expect(dialog.getByRole('combobox', { name: 'Valid' })).toBeFocused();
  await page.keyboard.press('Tab');
  const name = dialog.getByRole('textbox', { name: /^Name/ });
  await expect(name).toBeFocused();
  await page.keyboard.type('By keys');
  await expect(name).toHaveValue('By keys');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Copy Link' })).toBeFocused();
  await expect(dialog.getByRole('listitem')).toContainText('By keys');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  const button = page.locator('.jp-CollabShareButton');
  await expect(button).toHaveAttribute('aria-haspopup', 'dialog');
  await expect(button).not.toHaveAttribute('aria-pressed');
});

test('Notebook 7 shares in its own form, also on a narrow screen', async ({
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/seven.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  const ada = await join('Ada', { app: 'notebook' });
  await openInNotebook7(ada, lab, path);
  const dialog = await fromMenu(ada, 'Share Jupyter Server Link…');
  await expect(fieldOf(dialog)).toHaveValue(
    new RegExp(`/collab/open/notebooks/${path}\\?file=[^&]+&token=${TOKEN}$`, 'u')
  );
  await ada.screenshot({ path: 'test-results/sharing-notebook7.png' });
  await ada.setViewportSize({ width: 400, height: 700 });
  await dialog.getByRole('tab', { name: 'This Document Only' }).click();
  await dialog.getByRole('button', { name: 'Create Link' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  await ada.screenshot({ path: 'test-results/sharing-narrow.png' });
  const content = dialog.locator('.jp-Dialog-content');
  const overflow = await content.evaluate(node => node.scrollWidth - node.clientWidth);
  expect(overflow).toBe(0);
});

test('the single-document mode shares in its own form', async ({ join, lab, tmpPath }) => {
  const path = `${tmpPath}/single.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  const ada = await join('Ada');
  // Playwright's own goto: that of Galata waits for a launcher.
  await ada.mainFrame().goto(`${lab.url}/doc/tree/${path}`);
  await ada.waitForFunction(() => 'jupyterapp' in window);
  await documentReady(ada, path);
  const dialog = await fromMenu(ada, 'Share Jupyter Server Link…');
  await expect(fieldOf(dialog)).toHaveValue(new RegExp(`/collab/open/doc/tree/${path}\\?`, 'u'));
});

test('the file browser offers to share a document, and says why not a folder or a picture', async ({
  page,
  lab,
  tmpPath
}) => {
  await lab.write(`${tmpPath}/words.txt`, 'words\n');
  await lab.write(`${tmpPath}/picture.png`, 'no picture\n');
  await lab.write(`${tmpPath}/folder/a.txt`, 'a\n');
  await load(page, tmpPath);
  const share = async (name: string): Promise<Locator> => {
    await page.locator('.jp-DirListing-item', { hasText: name }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Share…', exact: true }).click();
    return opened(page);
  };
  const dialog = await share('words.txt');
  await expect(dialog).toContainText(`A link to words.txt`);
  await page.keyboard.press('Escape');
  await share('picture.png');
  await expect(dialog).toContainText('neither a notebook nor text');
  await page.keyboard.press('Escape');
  await share('folder');
  await expect(dialog).toContainText('is a folder');
  await page.keyboard.press('Escape');
});

/** For the documentation: look at them, then copy them to docs/images. */
test('pictures of the dialog, light and dark', async ({ join, browser, ownLab: lab }) => {
  test.skip(process.env['COLLAB_PICTURES'] === undefined, 'makes pictures: COLLAB_PICTURES=1');
  test.slow();
  await lab.write(
    'kittiwakes.ipynb',
    notebook(['import pandas as pd', 'pd.read_csv("nests.csv")'])
  );
  const ada = await join('Ada', { lab });
  await ada.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openDocument(ada, 'kittiwakes.ipynb');
  const dialog = await fromBar(ada);
  const link = await makeLink(ada, dialog, /can edit/, 'Review by the physics group');
  const guest = await openAsStranger(browser, link);
  await expect(dialog.getByRole('listitem')).toContainText('In now: Guest ');
  await ada.screenshot({ path: 'test-results/pictures/share-document.png' });
  await ada.setViewportSize({ width: 640, height: 600 });
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await ada.screenshot({ path: 'test-results/pictures/share-narrow.png' });
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect(dialog.getByRole('button', { name: 'Revoke' })).toBeFocused();
  await ada.setViewportSize({ width: 1280, height: 800 });
  await ada.keyboard.press('Escape');
  for (const [theme, name] of [
    ['JupyterLab Dark', 'dark'],
    ['JupyterLab Dark High Contrast', 'contrast']
  ] as const) {
    await run(ada, 'apputils:change-theme', { theme });
    await ada.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached' });
    await fromBar(ada);
    await expect(dialog.getByRole('listitem')).toHaveCount(1);
    await ada.screenshot({ path: `test-results/pictures/share-document-${name}.png` });
    await dialog.getByRole('tab', { name: 'Whole Server' }).click();
    await ada.screenshot({ path: `test-results/pictures/share-server-${name}.png` });
    await ada.keyboard.press('Escape');
  }
  await guest.context().close();
});
