import { expect, type Locator, type Page } from '@playwright/test';
import { typeInCell } from './documents';
import { test } from './hub';

const CELL = '.jp-Notebook .cm-content';

/** Opens the dialog at one of its parts. */
async function share(page: Page, entry: string): Promise<Locator> {
  await expect(page.locator(CELL).first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('menuitem', { name: 'Share', exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('tablist')).toBeVisible();
  return dialog;
}

/** Presses a button that makes a link, and returns what is copied then. */
async function makeLink(page: Page, dialog: Locator, button: string): Promise<string> {
  await dialog.getByRole('button', { name: button }).click();
  const made = dialog.locator('.jp-CollabShare-made');
  await made.getByRole('button', { name: 'Copy Link' }).click();
  await expect(made.getByRole('status')).toHaveText('The link was copied.');
  return page.evaluate(async () => navigator.clipboard.readText());
}

/** Opens a link of the Hub for the first time. */
async function accept(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Accept invitation' }).click();
  await page.getByRole('button', { name: 'Authorize' }).click();
  await expect(page.locator(CELL).first()).toBeVisible({ timeout: 60_000 });
}

test('an owner shares the server, sees who has accepted, and takes it back', async ({ logIn }) => {
  const dana = await logIn('dana', '/hub/user-redirect/lab/tree/nb.ipynb');
  const bob = await logIn('bob', '/hub/home');
  expect(new URL(dana.url()).pathname).toBe('/user/dana/lab/tree/nb.ipynb');
  const dialog = await share(dana, 'Share Jupyter Server Link…');
  await expect(dialog.getByRole('region', { name: 'People who have accepted' })).toContainText(
    'There are none.'
  );
  await dialog.getByRole('combobox', { name: 'Valid' }).selectOption({ label: 'For an hour' });
  const link = await makeLink(dana, dialog, 'Share This Server');
  expect(new URL(link).pathname).toBe('/hub/accept-share');
  await dana.screenshot({ path: 'test-results/hub-made.png' });

  await accept(bob, link);
  expect(new URL(bob.url()).pathname).toBe('/user/dana/lab/tree/nb.ipynb');
  await typeInCell(bob, 0, 'bob = 1');
  await expect(dana.locator(CELL)).toHaveText('bob = 1');
  const access = dialog.getByRole('listitem').filter({ hasText: 'bob' });
  await expect(access).toBeVisible();
  await expect(dialog).toContainText('accepted by 1 person');
  await dana.screenshot({ path: 'test-results/hub-accepted.png' });

  await access.getByRole('button', { name: 'Withdraw the access of bob' }).click();
  await access.getByRole('button', { name: 'Withdraw' }).click();
  await expect(dialog).toContainText('bob has no access any more.');
  await expect(access).toHaveCount(0);
  const refused = await bob.request.get('/user/dana/api/contents/nb.ipynb');
  expect(refused.status()).toBe(403);
});

test('people of the Hub open a link to a document under their own names', async ({ logIn }) => {
  const alice = await logIn('alice', '/user/alice/lab/tree/nb.ipynb');
  const bob = await logIn('bob', '/hub/home');
  const dialog = await share(alice, 'Share This Document…');
  await dialog.getByRole('radio', { name: /can edit/ }).check();
  const link = await makeLink(alice, dialog, 'Create Link');
  expect(new URL(link).pathname).toBe('/hub/accept-share');

  await accept(bob, link);
  expect(new URL(bob.url()).pathname).toBe('/user/alice/doc/tree/nb.ipynb');
  await typeInCell(bob, 0, 'bob = 1');
  await expect(alice.locator(CELL)).toHaveText('bob = 1');
  await expect(dialog.getByRole('listitem')).toContainText('In now: bob');
  await alice.screenshot({ path: 'test-results/hub-document.png' });
  await bob.screenshot({ path: 'test-results/hub-bob.png' });

  await dialog.getByRole('button', { name: /^Revoke/ }).click();
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(dialog).toContainText('Whoever was in by it is out.');
  await bob.reload();
  await expect(bob.getByRole('heading')).toHaveText('This link was revoked');
  await dialog.getByRole('tab', { name: 'Whole Server' }).click();
  await expect(dialog).toContainText('nothing of this server but the documents');
  await expect(dialog.getByRole('button', { name: 'Share This Server' })).toHaveCount(0);
  await alice.screenshot({ path: 'test-results/hub-named.png' });
});

test('without the right to share an owner learns what an administrator can do', async ({
  logIn
}) => {
  const erin = await logIn('erin', '/user/erin/lab/tree/nb.ipynb');
  const dialog = await share(erin, 'Share Jupyter Server Link…');
  await expect(dialog.getByRole('textbox', { name: 'Link to the whole server' })).toHaveValue(
    /\/user\/erin\/collab\/open\/lab\/tree\/nb\.ipynb\?file=/
  );
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(dialog).toContainText('It was copied.');
  const lines = await erin.evaluate(async () => navigator.clipboard.readText());
  expect(lines.split('\n')).toHaveLength(2);
  await erin.screenshot({ path: 'test-results/hub-without.png' });
});
