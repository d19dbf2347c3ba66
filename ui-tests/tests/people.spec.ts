import {
  endTyping,
  eventually,
  kernelId,
  load,
  notebook,
  openDocument,
  openInNotebook7,
  run,
  sources,
  TOLD,
  typeInCell
} from './documents';
import { expect, test, type LabPage } from './fixtures';

/** The avatar of somebody in the bar of the document in front. */
function avatar(page: LabPage, name: string) {
  const bar = page.locator('.lm-DockPanel-widget:not(.lm-mod-hidden) .jp-CollabPeople');
  return bar.getByRole('button', { name: new RegExp(`^${name},`, 'u') });
}

async function scrollTop(page: LabPage): Promise<number> {
  return page
    .locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer')
    .evaluate(node => node.scrollTop);
}

const LONG = Array.from({ length: 60 }, (_, n) => `# cell ${n}\n${'x = 1\n'.repeat(n % 7)}`);

test('avatars tell who is here, what they do, and go with the page', async ({ page, together }) => {
  const [bob, tab, grace] = await together(
    'here.ipynb',
    notebook(['a = 1', 'b = 2']),
    'Bob',
    'Bob',
    'Grace Hopper'
  );
  const bar = page.locator('.jp-NotebookPanel .jp-CollabPeople');
  await expect(bar.locator('button')).toHaveCount(2);
  await expect(avatar(page, 'Bob')).toHaveAccessibleName('Bob, viewing');
  await typeInCell(bob, 0, '0');
  await expect(avatar(page, 'Bob')).toHaveAccessibleName('Bob, typing');
  const colors = await bar
    .locator('.jp-CollabAvatar')
    .evaluateAll(nodes => nodes.map(node => getComputedStyle(node).backgroundColor));
  expect(new Set(colors).size).toBe(2);
  await page.screenshot({ path: 'test-results/people-bar.png' });
  // They stand there in the order in which they came, which is not known here.
  const second = bar.locator('button').nth(1);
  const name = (await second.getAttribute('aria-label'))?.split(',')[0];
  await bar.locator('button').first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(second).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.lm-Menu-itemLabel')).toHaveText([`Go to ${name}`, `Follow ${name}`]);
  await page.keyboard.press('Escape');
  await expect(second).toBeFocused();
  await grace.context().close();
  await expect(bar.locator('button')).toHaveCount(1, { timeout: TOLD });
  await tab.context().close();
  await expect(bar.locator('button')).toHaveCount(1);
});

test('a click on an avatar goes to the cell of that person, in a windowed notebook too', async ({
  page,
  together
}) => {
  const [bob] = await together('long.ipynb', notebook(LONG), 'Bob');
  await bob.notebook.selectCells(50);
  await typeInCell(bob, 50, 'here');
  await expect(page.locator('.jp-Cell', { hasText: 'cell 50' })).not.toBeInViewport();
  await avatar(page, 'Bob').click();
  await expect(page.locator('.jp-Cell', { hasText: 'cell 50' })).toBeInViewport();
});

test('following stays with a person, into other documents, until one moves oneself', async ({
  page,
  together,
  lab,
  tmpPath
}) => {
  await lab.write(`${tmpPath}/other.py`, 'line\n'.repeat(400));
  const [bob] = await together('lead.ipynb', notebook(LONG), 'Bob');
  await expect(avatar(page, 'Bob')).toBeVisible();
  await run(page, 'collab:follow-person', { username: 'bob' });
  const frame = page.locator('.jp-CollabFrame');
  await expect(frame).toContainText('Following Bob');
  await expect(avatar(page, 'Bob')).toHaveAttribute('aria-pressed', 'true');
  await bob.locator('.jp-WindowedPanel-outer').hover();
  await bob.mouse.wheel(0, 1500);
  await eventually(async () => scrollTop(page)).toBeGreaterThan(1000);
  await eventually(async () => (await scrollTop(page)) - (await scrollTop(bob))).toBeLessThan(20);
  await page.screenshot({ path: 'test-results/people-follow.png' });
  await openDocument(bob, `${tmpPath}/other.py`);
  await eventually(async () =>
    page.evaluate(() => window.jupyterapp.shell.currentWidget?.context?.path.endsWith('other.py'))
  ).toBe(true);
  await expect(frame).toContainText('Following Bob');
  await bob.locator('.cm-scroller').last().hover();
  await bob.mouse.wheel(0, 2000);
  const scroller = page.locator('.jp-FileEditor .cm-scroller');
  await eventually(async () => scroller.evaluate(node => node.scrollTop)).toBeGreaterThan(1500);
  await scroller.hover();
  await page.mouse.wheel(0, -100);
  await expect(frame).toHaveCount(0);
  await run(page, 'collab:follow-person', { username: 'bob' });
  await expect(frame).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(frame).toHaveCount(0);
});

test('following goes on in a document that is renamed meanwhile', async ({ page, together }) => {
  const [bob] = await together('untitled.ipynb', notebook(LONG), 'Bob');
  await expect(avatar(page, 'Bob')).toBeVisible();
  await run(page, 'collab:follow-person', { username: 'bob' });
  const frame = page.locator('.jp-CollabFrame');
  await expect(frame).toContainText('Following Bob');
  await bob.evaluate(async () =>
    window.jupyterapp.shell.currentWidget?.context?.rename('named.ipynb')
  );
  await expect(page.locator('.lm-TabBar-tab.jp-mod-current')).toContainText('named.ipynb');
  await bob.locator('.jp-WindowedPanel-outer').hover();
  await bob.mouse.wheel(0, 1500);
  await eventually(async () => scrollTop(page)).toBeGreaterThan(1000);
  await expect(frame).toContainText('Following Bob');
  await expect(page.locator('.jp-NotebookPanel')).toHaveCount(1);
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(frame).toHaveCount(0);
  // Where Bob is, by the new name, is also where others go.
  await kernelId(page); // which is written into the notebook, once it is known
  await run(page, 'docmanager:save');
  await run(page, 'application:close-all');
  await run(page, 'collab:go-to-person', { username: 'bob' });
  await expect(page.locator('.lm-TabBar-tab.jp-mod-current')).toContainText('named.ipynb');
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
});

test('the palette has the commands, and somebody is followed with keys alone', async ({
  page,
  together
}) => {
  await together('palette.ipynb', notebook(LONG), 'Bob');
  await expect(avatar(page, 'Bob')).toBeVisible();
  await kernelId(page); // until the kernel is there, the notebook takes the focus
  await run(page, 'apputils:activate-command-palette');
  const palette = page.locator('#modal-command-palette');
  await expect(palette.locator('input')).toBeFocused();
  await page.keyboard.type('collaboration');
  const labels = palette.locator('.lm-CommandPalette-itemLabel');
  const offered = ['Go to Person…', 'Follow Person…', 'Present to Everybody Here'];
  for (const label of offered) {
    await expect(labels.filter({ hasText: label })).toHaveCount(1);
  }
  await page.keyboard.press('Control+a');
  await page.keyboard.type('follow person');
  await expect(labels).toHaveText(['Follow Person…']);
  await page.screenshot({ path: 'test-results/palette.png' });
  await page.keyboard.press('Enter');
  await expect(page.locator('.jp-Dialog select')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.jp-CollabFrame')).toContainText('Following Bob');
  await page.keyboard.press('Escape');
  await expect(page.locator('.jp-CollabFrame')).toHaveCount(0);
});

test('presenting invites everybody in the document, and is withdrawn', async ({
  page,
  together
}) => {
  const [bob] = await together('talk.ipynb', notebook(LONG), 'Bob');
  await expect(avatar(page, 'Bob')).toBeVisible();
  await run(page, 'collab:present');
  await expect(page.locator('.jp-CollabFrame')).toContainText('You present');
  const notice = bob.locator('.Toastify__toast', { hasText: 'Ada presents to everybody.' });
  await expect(notice).toBeVisible();
  await bob.screenshot({ path: 'test-results/people-invited.png' });
  await notice.getByRole('button', { name: 'Follow' }).click();
  await expect(bob.locator('.jp-CollabFrame')).toContainText('Following Ada');
  await page.locator('.jp-CollabFrame-label').click();
  await expect(page.locator('.jp-CollabFrame')).toHaveCount(0);
  await expect(notice).toHaveCount(0);
  await run(page, 'collab:present');
  await expect(notice).toBeVisible();
  await run(page, 'collab:present');
  await expect(notice).toHaveCount(0);
});

test('of a long name one sees the beginning, and that it is the own one', async ({
  join,
  tmpPath
}) => {
  const page = await join('Guest محمد بن عبد الله بن عبد المطلب القرشي');
  await load(page, tmpPath);
  await run(page, 'collab:show-people');
  const name = page.locator('.jp-CollabPanel-name');
  await expect(name).toHaveCSS('direction', 'rtl');
  expect(await name.evaluate(node => node.scrollWidth - node.clientWidth)).toBeGreaterThan(0);
  const you = await page.getByText('(you)', { exact: true }).boundingBox();
  const button = await page.locator('.jp-CollabPanel-button').boundingBox();
  const end = (you?.x ?? 0) + (you?.width ?? 0);
  expect(end).toBeGreaterThan(0);
  expect(end).toBeLessThanOrEqual(button?.x ?? 0);
});

test('the panel lists people and what they have open, and files are marked', async ({
  page,
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/panel.ipynb`;
  await lab.write(path, notebook(LONG));
  await load(page, tmpPath);
  await run(page, 'collab:show-people');
  const panel = page.locator('.jp-CollabPanel');
  await expect(panel).toBeFocused();
  await expect(panel).toHaveCSS('outline-style', 'none');
  await expect(panel).toContainText('Ada (you)');
  await expect(panel).toContainText('Nobody else is here.');
  const bob = await join('Bob');
  await openDocument(bob, path);
  await typeInCell(bob, 40, 'here');
  await panel.getByRole('button', { name: 'panel.ipynb' }).click();
  await expect(page.locator('.jp-Cell', { hasText: 'cell 40' })).toBeInViewport();
  await run(page, 'filebrowser:activate');
  const item = page.locator('.jp-DirListing-item', { hasText: 'panel.ipynb' });
  await expect(item.locator('.jp-CollabFileMarks')).toHaveAccessibleName('Open: Bob');
  await page.screenshot({ path: 'test-results/people-files.png' });
  await run(page, 'collab:show-people');
  await page.screenshot({ path: 'test-results/people-panel.png' });
  await bob.context().close();
  await expect(panel).not.toContainText('Bob', { timeout: TOLD });
  await expect(item.locator('.jp-CollabFileMarks')).toHaveCount(0);
});

test('a move that is undone, and a source that is set as a whole, leave what others write', async ({
  page,
  together
}) => {
  const [bob] = await together('moved.ipynb', notebook(['one', 'x=1\ny=2']), 'Bob');
  const both = async (...texts: string[]): Promise<void> => {
    for (const who of [page, bob]) {
      await eventually(async () => sources(who)).toEqual(texts);
    }
  };
  await page.notebook.selectCells(0);
  await run(page, 'notebook:move-cell-down');
  await both('x=1\ny=2', 'one');
  await typeInCell(bob, 1, ' and a page');
  await both('x=1\ny=2', 'one and a page');
  await run(page, 'notebook:undo-cell-action');
  await both('one and a page', 'x=1\ny=2');
  await typeInCell(bob, 1, ' # mine');
  await both('one and a page', 'x=1\ny=2 # mine');
  await page.evaluate(() => {
    const cells = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel.cells;
    cells?.[1]?.setSource('x = 1\ny = 2 # mine');
  });
  await both('one and a page', 'x = 1\ny = 2 # mine');
  await bob.keyboard.type(', still');
  await both('one and a page', 'x = 1\ny = 2 # mine, still');
});

test('what two people format in the same moment is there once', async ({ page, together }) => {
  const cells = ['a', 'b', 'c'].map(name => `{'${name}':37}\nx=1`);
  const formatted = ['a', 'b', 'c'].map(name => `{"${name}": 37}\nx = 1`);
  const [bob] = await together('formatted.ipynb', notebook(cells), 'Bob');
  const beginning = Date.now() + 1000;
  const format = async (who: LabPage): Promise<void> =>
    who.evaluate(
      async ([at, texts]) => {
        const { cells } = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel ?? {};
        for (const [index, text] of texts.entries()) {
          await new Promise(done => setTimeout(done, at + 300 * index - Date.now()));
          cells?.[index]?.setSource(text);
        }
      },
      [beginning, formatted] as const
    );
  await Promise.all([page, bob].map(format));
  for (const who of [page, bob]) {
    await eventually(async () => sources(who)).toEqual(formatted);
  }
});

test('undo takes back what I did last, never what somebody else did', async ({
  page,
  together
}) => {
  const [bob] = await together('undo.ipynb', notebook(['']), 'Bob');
  const both = async (text: string): Promise<void> => {
    for (const who of [page, bob]) {
      await eventually(async () => sources(who)).toEqual([text]);
    }
  };
  await typeInCell(page, 0, 'ada1 ');
  await both('ada1 ');
  await typeInCell(bob, 0, 'bob1 ');
  await both('ada1 bob1 ');
  await endTyping(page);
  await typeInCell(page, 0, 'ada2 ');
  await both('ada1 bob1 ada2 ');
  await page.keyboard.press('Control+z');
  await both('ada1 bob1 ');
  await page.keyboard.press('Control+z');
  await both('bob1 ');
  await page.keyboard.press('Control+z');
  await both('bob1 ');
  await page.keyboard.press('Control+Shift+z');
  await both('ada1 bob1 ');
  await bob.context().setOffline(true);
  await typeInCell(page, 0, 'ada3 ');
  await bob.context().setOffline(false);
  await both('ada1 bob1 ada3 ');
  await bob.locator('.jp-Notebook .cm-content').first().click();
  await bob.keyboard.press('Control+z');
  await both('ada1 ada3 ');
});

test('Notebook 7 has avatars, the panel and marks at files', async ({ join, lab, tmpPath }) => {
  const path = `${tmpPath}/seven.ipynb`;
  await lab.write(path, notebook(LONG));
  const [ada, bob] = await Promise.all([
    join('Ada', { app: 'notebook' }),
    join('Bob', { app: 'notebook' })
  ]);
  await Promise.all([load(ada, tmpPath), openInNotebook7(bob, lab, path)]);
  const item = ada.locator('.jp-DirListing-item', { hasText: 'seven.ipynb' });
  await expect(item.locator('.jp-CollabFileMarks')).toHaveAccessibleName('Open: Bob');
  await ada.screenshot({ path: 'test-results/people-notebook7-tree.png' });
  await openInNotebook7(ada, lab, path);
  const person = ada.locator('.jp-CollabPeople').getByRole('button', { name: /^Bob,/u });
  await expect(person).toBeVisible();
  await run(ada, 'collab:show-people');
  await expect(ada.locator('.jp-CollabPanel')).toContainText('Ada (you)');
  await run(ada, 'collab:follow-person', { username: 'bob' });
  await expect(ada.locator('.jp-CollabFrame')).toContainText('Following Bob');
  await ada.screenshot({ path: 'test-results/people-notebook7.png' });
});
