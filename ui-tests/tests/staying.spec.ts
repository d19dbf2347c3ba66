import type { Page } from '@playwright/test';
import { agreement, begin, eventually, kernelId, notebook, run, typeInCell } from './documents';
import { expect, test } from './fixtures';

const CELLS = ['one = 1', 'two = 2', 'three = 3'];

/** Has a cell chosen as its author does, without writing in it. */
async function choose(page: Page, index: number): Promise<void> {
  await page.locator('.jp-Notebook-cell').nth(index).locator('.jp-InputPrompt').click();
  await expect(page.locator('.jp-Notebook')).toHaveClass(/jp-mod-commandMode/);
}

// The cells, where "#" is what Grace has written, and "!" what she writes after the other's deed.
const deeds = [
  ['moves', 'notebook:move-cell-down', ['one = 1', 'three = 3', 'two = 2#!']],
  ['merges', 'notebook:merge-cell-above', ['one = 1\n\ntwo = 2#!', 'three = 3']],
  [
    'changes the type of',
    'notebook:change-cell-to-markdown',
    ['one = 1', 'two = 2#!', 'three = 3']
  ],
  [
    'makes a heading of',
    'notebook:change-cell-to-heading-1',
    ['one = 1', '# two = 2#!', 'three = 3']
  ],
  ['deletes', 'notebook:delete-cell', ['one = 1', 'three = 3']]
] as const;

for (const [what, command, expected] of deeds) {
  test(`keys go to no other cell where somebody ${what} the one that they are for (O15)`, async ({
    page,
    together
  }) => {
    const [grace] = await together('stay.ipynb', notebook(CELLS), 'Grace');
    await typeInCell(grace, 1, '#');
    await eventually(async () => (await agreement([page, grace]))[1]).toBe('two = 2#');
    await choose(page, 1);
    await run(page, command);
    const count = expected.length;
    await expect(grace.locator('.jp-Notebook-cell')).toHaveCount(count);
    await agreement([page, grace]);
    await grace.keyboard.type('!');
    await eventually(async () => agreement([page, grace])).toEqual(expected);
    if (what === 'deletes') {
      await grace.getByRole('button', { name: 'Put Back' }).click();
      await eventually(async () => agreement([page, grace])).toEqual([
        'one = 1',
        'two = 2#',
        'three = 3'
      ]);
    }
  });
}

test('a cell that somebody deleted comes back by keys alone (O15)', async ({ page, together }) => {
  const [grace] = await together('keys.ipynb', notebook(CELLS), 'Grace');
  await typeInCell(grace, 1, '#');
  await eventually(async () => (await agreement([page, grace]))[1]).toBe('two = 2#');
  await choose(page, 1);
  await run(page, 'notebook:delete-cell');
  await expect(grace.getByRole('button', { name: 'Put Back' })).toBeVisible();
  await grace.keyboard.press('Control+Shift+C');
  await expect(grace.locator('.jp-ModalCommandPalette .lm-CommandPalette-input')).toBeFocused();
  await grace.keyboard.type('Put Back Deleted');
  await expect(grace.locator('.lm-CommandPalette-item.lm-mod-active')).toContainText(
    'Put Back Deleted Cell'
  );
  await grace.keyboard.press('Enter');
  await eventually(async () => agreement([page, grace])).toEqual([
    'one = 1',
    'two = 2#',
    'three = 3'
  ]);
  await expect(grace.getByRole('button', { name: 'Put Back' })).toHaveCount(0);
});

test('who writes in a cell, or runs it, goes on where an agent puts in another source (O20)', async ({
  page,
  together,
  summon,
  tmpPath
}) => {
  const [grace] = await together('agent.ipynb', notebook(['input()', ...CELLS]), 'Grace');
  const agent = await summon('Agent', `${tmpPath}/agent.ipynb`);
  const cellAt = (who: Page, index: number) => who.locator('.jp-Notebook-cell').nth(index);
  await kernelId(page);
  await page.notebook.selectCells(0);
  await begin(page, 'notebook:run-cell');
  await page.locator('.jp-Stdin-input').fill('an ');
  await typeInCell(grace, 2, '#');
  await eventually(() => agent.sources[2]).toBe('two = 2#');
  agent.putInCell(0, 'print(input())');
  agent.putInCell(2, 'two = 4 / 2');
  for (const who of [page, grace]) {
    await expect(cellAt(who, 0).locator('.cm-content')).toHaveText('print(input())');
    await expect(cellAt(who, 2).locator('.cm-content')).toHaveText('two = 4 / 2');
  }
  await grace.keyboard.type('!');
  await eventually(() => agent.sources[2]).toBe('two = 4 / 2!');
  await expect(cellAt(page, 2).locator('.cm-content')).toContainText('two = 4 / 2!');
  await grace.keyboard.press('Control+z');
  await eventually(() => agent.sources[2]).toBe('two = 4 / 2');
  await page.locator('.jp-Stdin-input').press('End');
  await page.keyboard.type('answer');
  await page.keyboard.press('Enter');
  for (const who of [page, grace]) {
    await expect(cellAt(who, 0).locator('.jp-OutputArea')).toContainText('an answer');
    await expect(cellAt(who, 0).locator('.jp-InputPrompt')).toHaveText('[1]:');
  }
});

test('who writes in a cell goes on in it where somebody moves cells above it (O15)', async ({
  page,
  together
}) => {
  const [grace] = await together('above.ipynb', notebook([...CELLS, 'four = 4']), 'Grace');
  await typeInCell(grace, 2, '#');
  await choose(page, 0);
  await run(page, 'notebook:move-cell-down');
  await expect(grace.locator('.jp-Notebook-cell').first()).toContainText('two = 2');
  await grace.keyboard.type('!');
  await eventually(async () => agreement([page, grace])).toEqual([
    'two = 2',
    'one = 1',
    'three = 3#!',
    'four = 4'
  ]);
});
