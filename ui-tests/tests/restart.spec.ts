import { agreement, noQuestions, notebook, onDisk, typeInCell } from './documents';
import { expect, test } from './fixtures';

test('the server stops and starts while two people type, and nothing is lost', async ({
  pair,
  ownLab
}) => {
  const path = 'shared.ipynb';
  const [ada, bob] = await pair(ownLab, path, notebook(['a', 'b']));
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
  await noQuestions([ada, bob]);
});
