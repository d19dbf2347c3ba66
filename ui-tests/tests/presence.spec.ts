import { galata } from '@jupyterlab/galata';
import {
  eventually,
  kernelId,
  notebook,
  openDocument,
  run,
  sources,
  TOLD,
  typeInCell
} from './documents';
import { expect, test, type LabPage } from './fixtures';

const NAMES = ['Bob', 'Carol', 'Dan', 'Eve', 'Frank', 'Grace', 'Heidi', 'Ivan', 'Judy'];

const CELLS = Array.from({ length: 60 }, (_, n) => `# cell ${n}\n${'x = 1\n'.repeat(4)}`);

const CARET = '.jp-CollabCaret.jp-mod-primary';

function bar(page: LabPage) {
  return page.locator('.jp-CollabPeople');
}

function badge(page: LabPage, where: 'above' | 'below') {
  return page.locator(`.jp-CollabBadge[data-where="${where}"]`);
}

/** The colours of the avatars in the bar, by the initials on them. */
async function colors(page: LabPage): Promise<Record<string, string>> {
  const entries = await bar(page)
    .locator('.jp-CollabAvatar')
    .evaluateAll(nodes =>
      nodes.map(node => [node.textContent, getComputedStyle(node).backgroundColor])
    );
  return Object.fromEntries(entries) as Record<string, string>;
}

async function set(page: LabPage, name: string, value: boolean | string): Promise<void> {
  await page.evaluate(
    async ([key, wanted]) => {
      const registry = await window.galata.getPlugin('@jupyterlab/apputils-extension:settings');
      await registry?.set('jupyter-collab:presence', key, wanted);
    },
    [name, value] as const
  );
}

test('of ten people five have an avatar, and the others a list that the keyboard opens', async ({
  page,
  summon,
  together,
  tmpPath
}) => {
  await together('ten.ipynb', notebook(CELLS));
  const bots = [];
  for (const name of NAMES) {
    bots.push(await summon(name, `${tmpPath}/ten.ipynb`));
  }
  const buttons = bar(page).locator('button');
  await expect(buttons).toHaveCount(6);
  await expect(buttons.last()).toHaveText('+4');
  await expect(buttons.last()).toHaveAccessibleName('4 more people');
  expect(new Set(Object.values(await colors(page))).size).toBe(5);
  bots[7]?.writeInCell(50, 3);

  await buttons.first().focus();
  for (let step = 0; step < 5; step++) {
    await page.keyboard.press('ArrowRight');
  }
  await expect(buttons.last()).toBeFocused();
  await page.keyboard.press('Enter');
  const items = page.locator('.lm-Menu').first().locator('.lm-Menu-itemLabel');
  await expect(items).toHaveText(NAMES.slice(5).map(name => `${name}, viewing`));
  await page.keyboard.press('Escape');
  await expect(buttons.last()).toBeFocused();

  // Ivan is the third in the list; going to him is the first thing that can be done with him.
  await page.keyboard.press('Enter');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) {
    await page.keyboard.press(key);
  }
  await expect(page.locator('.jp-Cell', { hasText: 'cell 50' })).toBeInViewport();

  // With one less, a sixth avatar stands where the number would.
  bots.slice(0, 3).forEach(bot => bot.leave());
  await expect(buttons).toHaveCount(6);
  await expect(buttons.last()).toHaveAccessibleName('Judy, viewing');
});

test('a name and a colour that are changed are seen by others at once, and stay', async ({
  page,
  lab,
  summon,
  together,
  tmpPath
}) => {
  const [mona] = await together('me.ipynb', notebook(['a = 1']), 'Mona');
  await summon('Bob', `${tmpPath}/me.ipynb`);
  await expect(bar(mona).locator('button')).toHaveCount(2);
  const before = await colors(page);
  await run(mona, 'collab:show-people');
  await mona.getByRole('button', { name: 'Edit your name and colour' }).click();
  const dialog = mona.locator('.jp-Dialog');
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await dialog.getByLabel('Name').fill('Mona Lisa');
  await dialog.getByLabel('Initials').fill('ML');
  await expect(dialog.getByRole('radio', { name: 'Bob has this one' })).toBeDisabled();
  const free = dialog.getByRole('radio', { disabled: false, checked: false }).last();
  await expect(free).toHaveAccessibleName(/^[a-z ]+$/u);
  const wanted = await free.getAttribute('value');
  await free.check({ force: true });
  await dialog.getByRole('button', { name: 'Save' }).click();

  const avatar = bar(page).getByRole('button', { name: 'Mona Lisa, viewing' });
  await expect(avatar).toHaveText('ML');
  const after = await colors(page);
  expect(after['ML']).toBe(await rgb(page, wanted ?? ''));
  expect(after['ML']).not.toBe(before['M']);
  await typeInCell(mona, 0, '!');
  await expect(page.locator('.jp-CollabLabel.jp-mod-shown')).toHaveText('Mona Lisa');
  await expect(mona.locator('.jp-CollabPanel')).toContainText('Mona Lisa (you)');

  // Not Galata's reload, which waits for a launcher in front.
  await mona.mainFrame().goto(`${lab.url}/lab`);
  await expect(async () => openDocument(mona, `${tmpPath}/me.ipynb`)).toPass();
  await expect(avatar).toHaveText('ML');
  expect((await colors(page))['ML']).toBe(after['ML']);
});

/** A colour as browsers say it. */
async function rgb(page: LabPage, color: string): Promise<string> {
  return page.evaluate(wanted => {
    const node = document.createElement('span');
    node.style.color = wanted;
    return node.style.color;
  }, color);
}

test('settings are followed as soon as they are changed', async ({
  page,
  summon,
  together,
  tmpPath
}) => {
  await together('set.ipynb', notebook(CELLS));
  const bob = await summon('Bob', `${tmpPath}/set.ipynb`);
  const carol = await summon('Carol', `${tmpPath}/set.ipynb`);
  bob.writeInCell(0, 3);
  carol.writeInCell(59, 3);
  const file = page.locator('.jp-CollabFileMarks');
  const shown = [
    ['cursors', page.locator(CARET).first()],
    ['cellMarks', page.locator('.jp-CollabInitials').locator('visible=true').first()],
    ['badges', badge(page, 'below')],
    ['avatars', bar(page).locator('button').first()],
    ['fileMarks', file]
  ] as const;
  for (const [name, what] of shown) {
    await expect(what, name).toBeVisible();
  }
  await set(page, 'cursors', false);
  await expect(page.locator(CARET)).toHaveCount(0);
  await set(page, 'cellMarks', false);
  await expect(page.locator('.jp-CollabCellMark')).toHaveCount(0);
  await set(page, 'badges', false);
  await expect(badge(page, 'below')).toBeHidden();
  await set(page, 'avatars', false);
  await expect(bar(page).locator('button')).toHaveCount(0);
  await set(page, 'fileMarks', false);
  await expect(file).toHaveCount(0);
  for (const [name, what] of shown) {
    await set(page, name, true);
    await expect(what, name).toBeVisible();
  }
  await set(page, 'cursorNames', 'always');
  await expect(page.locator('.jp-CollabLabel.jp-mod-shown')).toHaveText('Bob');
  await set(page, 'cursorNames', 'never');
  await expect(page.locator('.jp-CollabLabel.jp-mod-shown')).toHaveCount(0);
});

test('badges in a text file tell who is above and below, and go there', async ({
  page,
  summon,
  together,
  tmpPath
}) => {
  const lines = Array.from({ length: 300 }, (_, n) => `line ${n} of a long file`);
  const text = lines.join('\n');
  await together('long.txt', text);
  const bob = await summon('Bob', `${tmpPath}/long.txt`);
  bob.writeInFile(text.indexOf('line 280'));
  await expect(badge(page, 'below')).toHaveAccessibleName(/^Below: Bob\./u);
  await expect(badge(page, 'above')).toBeHidden();
  await page.screenshot({ path: 'test-results/badge-text.png' });
  await badge(page, 'below').click();
  await expect(page.locator(CARET)).toBeInViewport();
  await expect(badge(page, 'below')).toBeHidden();

  // With the keyboard one stays there, to write.
  bob.writeInFile(text.indexOf('line 7 '));
  await expect(badge(page, 'above')).toBeVisible();
  await badge(page, 'above').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator(CARET)).toBeInViewport();
  await page.keyboard.type('[ada]');
  await expect(page.locator('.cm-line', { hasText: '[ada]line 7 ' })).toBeVisible();

  // Commands do the same.
  bob.writeInFile(text.indexOf('line 150'));
  await expect(badge(page, 'below')).toBeVisible();
  await run(page, 'jupyter-collab:go-below');
  await expect(page.locator(CARET)).toBeInViewport();
  bob.leave();
  await expect(page.locator(CARET)).toHaveCount(0, { timeout: TOLD });
});

for (const windowingMode of ['full', 'contentVisibility', 'defer']) {
  test.describe(`in a notebook with the windowing ${windowingMode}`, () => {
    const tracker = '@jupyterlab/notebook-extension:tracker';
    const presence = { 'jupyter-collab:presence': { cursorNames: 'always' } };
    test.use({
      mockSettings: { ...galata.DEFAULT_SETTINGS, [tracker]: { windowingMode }, ...presence }
    });

    test('an avatar goes to its person, whose name stays at the caret as one scrolls', async ({
      page,
      summon,
      together,
      tmpPath
    }) => {
      await together('scroll.ipynb', notebook(CELLS));
      const bob = await summon('Bob', `${tmpPath}/scroll.ipynb`);
      const scroller = page.locator('.jp-WindowedPanel-outer');
      for (const cell of [50, 3, 31]) {
        bob.writeInCell(cell, 4);
        await bar(page).getByRole('button', { name: /^Bob,/u }).click();
        await expect(page.locator(CARET)).toBeInViewport();
        for (const by of [0, 90, -60, 35]) {
          await scroller.evaluate((node, step) => node.scrollBy(0, step), by);
          await eventually(async () => gap(page), { message: `${cell}, ${by}` }).toBeLessThan(2);
        }
      }
      // Somebody writes above, so that all that is seen moves down.
      bob.typeInCell(29, 0, 'one\ntwo\nthree\n');
      bob.writeInCell(31, 4);
      await eventually(async () => gap(page)).toBeLessThan(2);
    });
  });
}

/**
 * How far the name is from its caret: from the edge that is next to it, in pixels. A caret that is
 * out of sight has no name; at the very edge it may have none.
 */
async function gap(page: LabPage): Promise<number> {
  return page.evaluate(selector => {
    const label = document.querySelector<HTMLElement>('.jp-CollabLabel.jp-mod-shown');
    const caret = document.querySelector(selector)?.getBoundingClientRect();
    const frame = document.querySelector('.jp-WindowedPanel-outer')?.getBoundingClientRect();
    if (label === null || caret === undefined || frame === undefined) {
      const inside = caret && frame && caret.top > frame.top + 20 && caret.bottom < frame.bottom;
      return inside === true || label !== null ? Infinity : 0;
    }
    const { top, bottom, left } = label.getBoundingClientRect();
    const vertical = label.dataset.side === 'above' ? caret.top - bottom : top - caret.bottom;
    return Math.max(Math.abs(vertical), Math.abs(left - caret.left - 1));
  }, CARET);
}

test('screen readers hear once that somebody joins and leaves, and nothing else', async ({
  page,
  summon,
  together,
  tmpPath
}) => {
  const path = `${tmpPath}/said.ipynb`;
  await together('said.ipynb', notebook(['a = 1']));
  const region = page.locator('body > .jp-CollabNews');
  await expect(region).toHaveAttribute('aria-live', 'polite');
  await region.evaluate(node => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => said.push(node.textContent)).observe(node, {
      childList: true,
      characterData: true,
      subtree: true
    });
  });
  const bob = await summon('Bob', path);
  await expect(region).toHaveText('Bob joined.');
  const tab = await summon('Bob', path);
  for (let n = 0; n < 20; n++) {
    bob.typeInCell(0, n, 'x');
    tab.writeInCell(0, n);
    await expect(page.locator('.jp-Notebook-cell')).toContainText('x'.repeat(n + 1));
  }
  tab.leave();
  const carol = await summon('Carol', path);
  await expect(region).toHaveText('Carol joined.');
  bob.leave();
  carol.leave();
  await expect(region).toHaveText('Bob and Carol left.');
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said).toEqual(['Bob joined.', 'Carol joined.', 'Bob and Carol left.']);
});

test('after a restart of the server people have the same colours, and undo is still mine', async ({
  ownLab,
  join,
  summon
}) => {
  await ownLab.write('again.ipynb', notebook(['']));
  const ada = await join('Ada', { lab: ownLab });
  await openDocument(ada, 'again.ipynb');
  await summon('Bob', 'again.ipynb', ownLab);
  await summon('Carol', 'again.ipynb', ownLab);
  await expect(bar(ada).locator('button')).toHaveCount(2);
  const before = await colors(ada);
  await typeInCell(ada, 0, 'ada1 ');
  await ownLab.stop();
  await ownLab.start();
  await summon('Carol', 'again.ipynb', ownLab);
  const bob = await summon('Bob', 'again.ipynb', ownLab);
  await expect(bar(ada).locator('button')).toHaveCount(2, { timeout: 60_000 });
  expect(await colors(ada)).toEqual(before);
  bob.typeInCell(0, 0, 'bob ');
  await eventually(async () => sources(ada)).toEqual(['bob ada1 ']);
  await typeInCell(ada, 0, 'ada2 ');
  for (const left of ['bob ada1 ', 'bob ', 'bob ']) {
    await ada.keyboard.press('Control+z');
    await eventually(async () => sources(ada)).toEqual([left]);
  }
});

test('undo takes back what I wrote, and no outputs: neither mine nor those of others', async ({
  page,
  together
}) => {
  const [bob] = await together('outputs.ipynb', notebook(['', 'print("from bob")']), 'Bob');
  await kernelId(page);
  await typeInCell(page, 0, 'print("from ada")');
  await page.keyboard.press('Control+Enter');
  const outputs = page.locator('.jp-OutputArea-output');
  await expect(outputs.first()).toContainText('from ada');
  await typeInCell(bob, 1, ' # bob');
  await bob.keyboard.press('Control+Enter');
  await expect(outputs).toHaveCount(2);
  await page.locator('.jp-Notebook .cm-content').first().click();
  await page.keyboard.press('Control+z');
  await eventually(async () => sources(page)).toEqual([
    expect.not.stringContaining('ada'),
    'print("from bob") # bob'
  ]);
  await expect(outputs).toHaveText([/from ada/u, /from bob/u]);
  await expect(bob.locator('.jp-OutputArea-output')).toHaveText([/from ada/u, /from bob/u]);
});

test('nothing moves for those who asked for that', async ({ page, summon, together, tmpPath }) => {
  await together('still.ipynb', notebook(['a = 1']));
  const bob = await summon('Bob', `${tmpPath}/still.ipynb`);
  bob.writeInCell(0, 2);
  const label = page.locator('.jp-CollabLabel');
  await expect(label).toBeVisible();
  await expect(label).toBeHidden();
  await expect(label).toHaveCSS('transition-duration', '0.2s, 0.2s');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(label).toHaveCSS('transition-duration', '0s');
  await page.locator('.jp-Cell').evaluate(node => node.classList.add('jp-CollabFlash'));
  await expect(page.locator('.jp-Cell')).toHaveCSS('animation-duration', '0.001s');
});
