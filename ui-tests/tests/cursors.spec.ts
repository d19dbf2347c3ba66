import { galata } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import {
  eventually,
  notebook,
  openDocument,
  openInNotebook7,
  run,
  TOLD,
  typeInCell
} from './documents';
import { expect, test } from './fixtures';

/** The main carets of others, in the document in front. */
const CARET = '.jp-CollabCaret.jp-mod-primary';

/** Somebody's name at a caret, as long as it is to be seen. */
function nameOf(page: Page, name: string) {
  return page.locator('.jp-CollabLabel.jp-mod-shown').filter({ hasText: name });
}

/** Where something is on the page, in whole pixels. */
async function boxOf(page: Page, selector: string) {
  return page
    .locator(selector)
    .first()
    .evaluate(node => {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      return { left, top, right, bottom };
    });
}

test('three people see where the others write, for as long as they are there', async ({
  page,
  together
}) => {
  const [bob, grace] = await together(
    'three.ipynb',
    notebook(['a = 1\nb = 2\nc = 3', 'd = 4']),
    'Bob',
    'Grace Hopper'
  );
  await typeInCell(page, 0, '  # ada');
  await typeInCell(bob, 0, '  # bob');
  await typeInCell(grace, 1, '  # grace');
  await expect(nameOf(page, 'Grace Hopper')).toBeVisible();
  await expect(page.locator(CARET)).toHaveCount(2);
  await page.screenshot({ path: 'test-results/cursors-three.png' });

  // Names fade; they come back under the mouse, and with the next move.
  await expect(page.locator('.jp-CollabLabel.jp-mod-shown')).toHaveCount(0);
  await page.locator('.jp-Notebook-cell').nth(1).locator(CARET).hover({ force: true });
  await expect(nameOf(page, 'Grace Hopper')).toBeVisible();
  await page.mouse.move(640, 500);
  await expect(nameOf(page, 'Grace Hopper')).toBeHidden();
  await bob.keyboard.press('Home');
  await expect(nameOf(page, 'Bob')).toBeVisible();

  // Who selects shows it.
  await bob.keyboard.press('Shift+End');
  await expect(page.locator('.jp-CollabSelection')).toHaveCount(1);

  // Screen readers hear none of it.
  const layers = page.locator('.jp-CollabCarets, .jp-CollabSelections, .jp-CollabLabels');
  for (const layer of await layers.all()) {
    await expect(layer).toHaveAttribute('aria-hidden', 'true');
  }

  // A page that is closed, and one that is killed with all that it had.
  await bob.close();
  await expect(page.locator(CARET)).toHaveCount(1, { timeout: TOLD });
  await grace.context().close();
  await expect(page.locator(CARET)).toHaveCount(0, { timeout: TOLD });
});

test('of a long name from right to left the beginning is shown', async ({
  page,
  summon,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/names.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  await openDocument(page, path);
  const bot = await summon('محمد بن موسى الخوارزمي الكبير', path);
  bot.writeInCell(0, 3);
  const label = page.locator('.jp-CollabLabel.jp-mod-shown');
  await expect(label).toHaveCSS('direction', 'rtl');
  await run(page, 'collab:show-people');
  await expect(page.locator('.jp-CollabPanel-name').nth(1)).toHaveCSS('direction', 'rtl');
});

test('a caret is where its owner sees it, in every kind of text', async ({ page, together }) => {
  const lines = [
    'x = "🦜🦜" + "👩🏽‍🚀 é"',
    '',
    `long = "${'wrapped words '.repeat(40)}"`,
    'שלום עולם = "مرحبا بالعالم"',
    'def folded():',
    '    return 1',
    'end = 1'
  ];
  const [bob] = await together('kinds.py', lines.join('\n'), 'Bob');
  await bob.locator('.jp-FileEditor .cm-content').click();
  const moves: [string, string[]][] = [
    ['at the very start', ['Control+Home']],
    ['behind a bird', ['Control+Home', ...Array<string>(6).fill('ArrowRight')]],
    ['at the end of a line', ['Control+Home', 'End']],
    ['in an empty line', ['Control+Home', 'ArrowDown']],
    ['in the middle of a wrapped line', [...Array<string>(2).fill('ArrowDown'), 'ArrowRight']],
    [
      'in right-to-left text',
      ['Control+End', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'Home', 'ArrowLeft']
    ],
    ['deeper in right-to-left text', Array<string>(4).fill('ArrowLeft')],
    ['at the very end', ['Control+End']]
  ];
  for (const [where, keys] of moves) {
    for (const key of keys) {
      await bob.keyboard.press(key);
    }
    await eventually(
      async () => {
        const own = await boxOf(bob, '.jp-FileEditor .cm-cursor-primary');
        const seen = await boxOf(page, CARET);
        return Math.max(
          Math.abs((seen.left + seen.right) / 2 - own.left),
          Math.abs(seen.top - own.top)
        );
      },
      { message: where }
    ).toBeLessThan(3);
  }

  // Over a fold: Bob writes in what Ada has folded away, and is shown at the fold.
  for (const key of ['Control+End', 'ArrowUp', 'End']) {
    await bob.keyboard.press(key);
  }
  await eventually(async () => {
    // There is nothing to fold before the language has been loaded.
    await run(page, 'codemirror:fold-all');
    return page.locator('.cm-foldPlaceholder').count();
  }).toBe(1);
  const fold = await boxOf(page, '.cm-foldPlaceholder');
  await eventually(async () => {
    const { top, bottom } = await boxOf(page, CARET);
    return top < fold.bottom && bottom > fold.top;
  }).toBe(true);
  await page.screenshot({ path: 'test-results/cursors-kinds.png' });
});

test('cursors of others leave the layout of the text alone', async ({ page, together }) => {
  const [bob] = await together('layout.ipynb', notebook(['one two three', 'x']), 'Bob');
  await typeInCell(page, 1, 'y');
  const layout = async () =>
    page.evaluate(() => {
      const nodes = [...document.querySelectorAll('.jp-Notebook .cm-line, .jp-Notebook .jp-Cell')];
      return nodes.map(node => JSON.stringify(node.getBoundingClientRect()));
    });
  const before = await layout();
  await bob.locator('.jp-Notebook .cm-content').first().click();
  for (const key of ['Home', 'Shift+End', 'ArrowLeft', 'ArrowRight']) {
    await bob.keyboard.press(key);
    await expect(page.locator(CARET)).toHaveCount(1);
    expect(await layout()).toEqual(before);
  }
  await expect(nameOf(page, 'Bob')).toBeVisible();
  expect(await layout()).toEqual(before);
});

/** Whether the name that is shown lies where this page's own caret is. */
async function coversOwnLine(page: Page): Promise<boolean> {
  const name = await boxOf(page, '.jp-CollabLabel.jp-mod-shown');
  const own = await boxOf(page, '.jp-FileEditor .cm-cursor-primary');
  return name.top < own.bottom - 1 && name.bottom > own.top + 1 && name.left < own.left + 200;
}

test('the name of somebody never lies on the line that is being read', async ({
  page,
  together
}) => {
  const lines = Array.from({ length: 8 }, (_, n) => `line ${n} of some text`);
  const [bob] = await together('reading.txt', lines.join('\n'), 'Barbara Liskov-Something-Longer');
  for (const who of [page, bob]) {
    await who.locator('.jp-FileEditor .cm-content').click();
    await who.keyboard.press('Control+Home');
  }
  await page.keyboard.press('ArrowDown');
  for (let line = 0; line < 6; line++) {
    await expect(nameOf(page, 'Barbara')).toBeVisible();
    // Labels are placed with the next frame.
    await eventually(async () => coversOwnLine(page), { message: `who is in line ${line}` }).toBe(
      false
    );
    const name = await boxOf(page, '.jp-CollabLabel.jp-mod-shown');
    expect(name.right - name.left).toBeLessThan(160);
    await bob.keyboard.press('ArrowDown');
  }
});

for (const windowingMode of ['full', 'contentVisibility']) {
  test.describe(`in a notebook with the windowing ${windowingMode}`, () => {
    const tracker = '@jupyterlab/notebook-extension:tracker';
    test.use({ mockSettings: { ...galata.DEFAULT_SETTINGS, [tracker]: { windowingMode } } });

    test('cells of others are marked, and who is out of sight is told', async ({
      page,
      together
    }) => {
      const [bob, grace] = await together(
        'long.ipynb',
        notebook(Array.from({ length: 120 }, (_, n) => `cell = ${n}\n\n\n`)),
        'Bob',
        'Grace Hopper'
      );
      await typeInCell(bob, 1, '!');
      await expect(page.locator(CARET)).toHaveCount(1);
      await bob.keyboard.press('Escape');
      await expect(page.locator(CARET)).toHaveCount(0);
      await expect(markAt(page, 1)).toHaveText('B');
      await bob.keyboard.press('Shift+ArrowDown');
      await expect(markAt(page, 2)).toHaveText('B');
      await expect(markAt(page, 1)).toHaveText('');

      // Grace goes to the end, which Ada has not drawn.
      await expect(badge(page, 'below')).toBeHidden();
      await grace.keyboard.press('Escape');
      await goToLast(grace);
      await expect(badge(page, 'below')).toBeVisible();
      await expect(badge(page, 'below')).toHaveAccessibleName(/Grace Hopper/);
      await page.screenshot({ path: `test-results/cells-${windowingMode}.png` });
      await badge(page, 'below').click();
      await expect(markAt(page, 119)).toBeVisible();
      await expect(badge(page, 'below')).toBeHidden();

      // Bob is above now; the keyboard takes us there, and on.
      await expect(badge(page, 'above')).toHaveAccessibleName(/Bob/);
      await badge(page, 'above').focus();
      await page.keyboard.press('Enter');
      await expect(markAt(page, 2)).toBeVisible();
      await eventually(async () => activeCell(page)).toBe(2);
      await run(page, 'jupyter-collab:go-below');
      await eventually(async () => activeCell(page)).toBe(119);
    });
  });
}

for (const [what, settings, carets, names, marks] of [
  ['nothing', { cursors: false, cellMarks: false }, 0, 0, 0],
  ['names that stay', { cursorNames: 'always' }, 1, 1, 1],
  ['no names', { cursorNames: 'never' }, 1, 0, 1]
] as const) {
  test.describe(`with settings for ${what}`, () => {
    const presence = { 'jupyter-collab:presence': settings };
    test.use({ mockSettings: { ...galata.DEFAULT_SETTINGS, ...presence } });

    test('that is what is shown of others', async ({ page, together, summon, tmpPath }) => {
      // Carol has the settings that everybody begins with.
      const [carol] = await together('set.ipynb', notebook(['a = 1', 'b = 2']), 'Carol');
      await goToLast(carol);
      const bob = await summon('Bob', `${tmpPath}/set.ipynb`);
      await bob.typeKeys(0, '!');
      await expect(page.locator('.jp-Notebook-cell').first()).toContainText('a = 1!');
      await expect(nameOf(carol, 'Bob')).toBeVisible();
      await expect(nameOf(carol, 'Bob')).toBeHidden();
      await expect(page.locator(CARET)).toHaveCount(carets);
      await expect(nameOf(page, 'Bob')).toHaveCount(names);
      const initials = page.locator('.jp-Notebook-cell').first().locator('.jp-CollabInitials');
      await expect(initials).toHaveCount(marks);
    });
  });
}

test('ten people in one notebook', async ({ page, together, summon, tmpPath }) => {
  const cells = Array.from({ length: 4 }, (_, n) => `# cell ${n}\nx = ${n}\n`);
  const [bob] = await together('ten.ipynb', notebook(cells), 'Bob');
  const names = ['Carol', 'Dan', 'Eve', 'Frank', 'Grace', 'Heidi', 'Ivan', 'Judy'];
  const path = `${tmpPath}/ten.ipynb`;
  const bots = await Promise.all(names.map(async name => summon(name, path)));
  await Promise.all([
    typeInCell(bob, 0, 'y0 = 0'),
    ...bots.map(async (bot, n) => bot.typeKeys((n + 1) % 4, `y${n + 1} = ${n + 1}`))
  ]);
  await expect(page.locator(CARET)).toHaveCount(9);
  await page.screenshot({ path: 'test-results/cursors-ten.png' });
  const labels = await page.locator('.jp-CollabLabel.jp-mod-shown').evaluateAll(nodes =>
    nodes.map(node => {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      return { left, top, right, bottom };
    })
  );
  expect(labels.length).toBeGreaterThan(0);
  labels.forEach((one, n) => {
    const covered = labels.slice(n + 1).filter(other => {
      const isBeside = one.left >= other.right || other.left >= one.right;
      return !isBeside && one.top < other.bottom && other.top < one.bottom;
    });
    expect(covered).toEqual([]);
  });
  await bob.close();
  await expect(page.locator(CARET)).toHaveCount(8, { timeout: TOLD });
});

test('Notebook 7 shows others too', async ({ page, join, lab, tmpPath }) => {
  const path = `${tmpPath}/seven.ipynb`;
  await lab.write(path, notebook(['a = 1', 'b = 2']));
  const bob = await join('Bob', { app: 'notebook' });
  await Promise.all([openDocument(page, path), openInNotebook7(bob, lab, path)]);
  await typeInCell(page, 0, ' # lab');
  await expect(bob.locator(CARET)).toHaveCount(1);
  await expect(nameOf(bob, 'Ada')).toBeVisible();
  await bob.screenshot({ path: 'test-results/cursors-seven.png' });
  await typeInCell(bob, 1, ' # seven');
  await expect(nameOf(page, 'Bob')).toBeVisible();
  await expect(page.locator('.jp-CollabInitials')).toHaveText('B');
});

/** The mark of others at a cell. */
function markAt(page: Page, index: number) {
  return page.locator(`.jp-Notebook-cell[data-windowed-list-index="${index}"] .jp-CollabCellMark`);
}

function badge(page: Page, where: string) {
  return page.locator(`.jp-CollabBadge[data-where="${where}"]`);
}

async function activeCell(page: Page): Promise<number> {
  return Number(
    await page.locator('.jp-Notebook-cell.jp-mod-active').getAttribute('data-windowed-list-index')
  );
}

/** Make the last cell of the notebook the active one. */
async function goToLast(page: Page): Promise<void> {
  await page.evaluate(() => {
    const panel = window.jupyterapp.shell.currentWidget as unknown as {
      readonly content: { activeCellIndex: number; readonly widgets: readonly unknown[] };
    };
    panel.content.activeCellIndex = panel.content.widgets.length - 1;
  });
}
