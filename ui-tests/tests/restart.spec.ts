import { agreement, notebook, onDisk, openDocument, typeInCell } from './documents';
import { expect, test } from './fixtures';

test('the server stops and starts while two people type, and nothing is lost', async ({
  join,
  ownLab
}) => {
  test.setTimeout(180_000);
  const path = 'shared.ipynb';
  await ownLab.write(path, notebook(['a', 'b']));
  const [ada, bob] = await Promise.all([
    join('Ada', { lab: ownLab }),
    join('Bob', { lab: ownLab })
  ]);
  await Promise.all([openDocument(ada, path), openDocument(bob, path)]);
  await typeInCell(ada, 0, '1');
  await agreement([ada, bob]);
  await ownLab.stop();
  await typeInCell(ada, 0, '2');
  await typeInCell(bob, 1, '3');
  await ownLab.start();
  await typeInCell(ada, 0, '4');
  expect(await agreement([ada, bob])).toEqual(['a124', 'b3']);
  await onDisk(ownLab, path, ['a124', 'b3']);
  await ownLab.kill();
  await typeInCell(bob, 1, '5');
  await ownLab.start();
  await onDisk(ownLab, path, ['a124', 'b35']);
  expect(await agreement([ada, bob])).toEqual(['a124', 'b35']);
  for (const who of [ada, bob]) {
    // JupyterLab itself tells of kernels that are gone; nothing may be said of documents.
    await expect(
      who.locator('.jp-Dialog', { hasText: /changed on disk|session|conflict/i })
    ).toHaveCount(0);
  }
});
