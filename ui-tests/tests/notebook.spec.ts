import {
  agreement,
  eventually,
  everywhere,
  kernelId,
  loseNetwork,
  notebook,
  run,
  sources,
  typeInCell
} from './documents';
import { expect, test } from './fixtures';

const PATH = 'analysis.ipynb';

test('two people type in the same cell and in different cells', async ({
  page: ada,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/${PATH}`;
  const [bob] = await together(PATH, notebook(['a = 1', 'b = 2']), 'Bob');
  await Promise.all([typeInCell(ada, 0, ' # ada'), typeInCell(bob, 1, ' # bob')]);
  await everywhere([ada, bob], lab, path, ['a = 1 # ada', 'b = 2 # bob']);
  await Promise.all([typeInCell(ada, 0, 'AAAA'), typeInCell(bob, 0, 'BBBB')]);
  const [first] = await agreement([ada, bob]);
  expect([...(first ?? '')].sort().join('')).toBe([...'a = 1 # adaAAAABBBB'].sort().join(''));
  await ada.screenshot({ path: 'test-results/two-people.png' });
});

test('cells are added, deleted, moved, split, merged and changed together', async ({
  page: ada,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/${PATH}`;
  const [bob] = await together(PATH, notebook(['one', 'two', 'three']), 'Bob');
  await ada.notebook.selectCells(0);
  await run(ada, 'notebook:insert-cell-below');
  await typeInCell(ada, 1, 'new');
  await everywhere([ada, bob], lab, path, ['one', 'new', 'two', 'three']);
  await bob.notebook.selectCells(3);
  await run(bob, 'notebook:move-cell-up');
  await everywhere([ada, bob], lab, path, ['one', 'new', 'three', 'two']);
  await ada.notebook.selectCells(1);
  await run(ada, 'notebook:delete-cell');
  await everywhere([ada, bob], lab, path, ['one', 'three', 'two']);
  await bob.notebook.selectCells(0, 1);
  await run(bob, 'notebook:merge-cells');
  await everywhere([ada, bob], lab, path, ['one\n\nthree', 'two']);
  await ada.notebook.selectCells(1);
  await run(ada, 'notebook:change-cell-to-markdown');
  await eventually(async () => lab.read(path)).toContain('"cell_type": "markdown"');
  await expect(bob.locator('.jp-MarkdownCell')).toHaveCount(1);
});

// The cells, where Ada types in the second one.
const meanwhile = [
  ['moves', 'notebook:move-cell-up', ['two typed offline', 'one', 'three']],
  ['merges', 'notebook:merge-cell-above', ['one\n\ntwo typed offline', 'three']]
] as const;

for (const [what, command, expected] of meanwhile) {
  test(`what is typed offline into a cell that somebody ${what} meanwhile comes along`, async ({
    page: ada,
    together,
    lab,
    tmpPath
  }) => {
    const path = `${tmpPath}/${PATH}`;
    const [bob] = await together(PATH, notebook(['one', 'two', 'three']), 'Bob');
    await loseNetwork(ada, path);
    await typeInCell(ada, 1, ' typed offline');
    await bob.notebook.selectCells(1);
    await run(bob, command);
    const without = expected.map(source => source.replace(' typed offline', ''));
    await eventually(async () => sources(bob)).toEqual(without);
    await ada.context().setOffline(false);
    await everywhere([ada, bob], lab, path, expected);
    await expect(ada.locator('.jp-Notebook-cell').first()).toContainText('two typed offline');
    await expect(bob.locator('.jp-Notebook-cell').first()).toContainText('two typed offline');
  });
}

test('a cell that one runs shows its output to both, from one kernel', async ({
  page: ada,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/${PATH}`;
  const [bob] = await together(PATH, notebook(['x = 20', 'print(x + 22)']), 'Bob');
  expect(await kernelId(ada)).toBe(await kernelId(bob));
  await ada.notebook.run();
  for (const who of [ada, bob]) {
    await expect(who.locator('.jp-OutputArea-output')).toContainText('42');
    await expect(who.locator('.jp-InputArea-prompt').nth(1)).toContainText('[2]');
  }
  await eventually(async () => lab.read(path)).toContain('42');
  expect(await sources(bob)).toEqual(['x = 20', 'print(x + 22)']);
});
