import { notebook, openDocument, typeInCell } from './documents';
import { expect, test, type LabPage } from './fixtures';

/** What is seen of somebody's caret in the document in front. */
function caretOf(page: LabPage) {
  return page.locator('.jp-CollabCaret.jp-mod-primary');
}

test('three people see where the others write', async ({ page, join, lab, tmpPath }) => {
  const path = `${tmpPath}/three.ipynb`;
  await lab.write(path, notebook(['a = 1\nb = 2\nc = 3', 'd = 4']));
  const bob = await join('Bob');
  const grace = await join('Grace Hopper');
  for (const who of [page, bob, grace]) {
    await openDocument(who, path);
  }
  await typeInCell(page, 0, '  # ada');
  await typeInCell(bob, 0, '  # bob');
  await typeInCell(grace, 1, '  # grace');
  await expect(caretOf(page)).toHaveCount(2);
  await page.screenshot({ path: 'test-results/cursors-three.png' });
  await bob.screenshot({ path: 'test-results/cursors-three-bob.png' });
});
