import {
  agreement,
  eventually,
  everywhere,
  kernelId,
  loseNetwork,
  notebook,
  openDocument,
  run,
  sources,
  typeInCell
} from './documents';
import { expect, test, type LabPage } from './fixtures';

const PATH = 'analysis.ipynb';

/** Opens the notebook for Ada and Bob, each in a browser of their own. */
async function together(
  page: LabPage,
  join: (name: string) => Promise<LabPage>,
  path: string
): Promise<[LabPage, LabPage]> {
  const guest = await join('Bob');
  await Promise.all([openDocument(page, path), openDocument(guest, path)]);
  return [page, guest];
}

test('two people type in the same cell and in different cells', async ({
  page,
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/${PATH}`;
  await lab.write(path, notebook(['a = 1', 'b = 2']));
  const [ada, bob] = await together(page, join, path);
  await Promise.all([typeInCell(ada, 0, ' # ada'), typeInCell(bob, 1, ' # bob')]);
  await everywhere([ada, bob], lab, path, ['a = 1 # ada', 'b = 2 # bob']);
  await Promise.all([typeInCell(ada, 0, 'AAAA'), typeInCell(bob, 0, 'BBBB')]);
  const [first] = await agreement([ada, bob]);
  expect([...(first ?? '')].sort().join('')).toBe([...'a = 1 # adaAAAABBBB'].sort().join(''));
  await ada.screenshot({ path: 'test-results/two-people.png' });
});

test('cells are added, deleted, moved, split, merged and changed together', async ({
  page,
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/${PATH}`;
  await lab.write(path, notebook(['one', 'two', 'three']));
  const [ada, bob] = await together(page, join, path);
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
    page,
    join,
    lab,
    tmpPath
  }) => {
    const path = `${tmpPath}/${PATH}`;
    await lab.write(path, notebook(['one', 'two', 'three']));
    const [ada, bob] = await together(page, join, path);
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
  page,
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/${PATH}`;
  await lab.write(path, notebook(['x = 20', 'print(x + 22)']));
  const guest = await join('Bob');
  await Promise.all([openDocument(page, path), openDocument(guest, path)]);
  expect(await kernelId(page)).toBe(await kernelId(guest));
  await page.notebook.run();
  for (const who of [page, guest]) {
    await expect(who.locator('.jp-OutputArea-output')).toContainText('42');
    await expect(who.locator('.jp-InputArea-prompt').nth(1)).toContainText('[2]');
  }
  await eventually(async () => lab.read(path)).toContain('42');
  expect(await sources(guest)).toEqual(['x = 20', 'print(x + 22)']);
});
