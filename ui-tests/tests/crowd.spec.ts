import { agreement, notebook, onDisk, openDocument, typeInCell } from './documents';
import { expect, test } from './fixtures';

test('ten people type at once into one notebook', async ({ page, join, lab, tmpPath }) => {
  test.setTimeout(240_000);
  const path = `${tmpPath}/crowd.ipynb`;
  await lab.write(path, notebook(Array.from({ length: 5 }, (_, n) => `# cell ${n}\n`)));
  const people = [page];
  for (let n = 1; n < 10; n++) {
    people.push(await join(`Person ${n}`));
  }
  for (const who of people) {
    await openDocument(who, path);
  }
  await Promise.all(
    people.map(async (who, n) => typeInCell(who, n % 5, `<${n}:${'x'.repeat(10 + n)}>`))
  );
  const cells = await agreement(people);
  await onDisk(lab, path, cells);
  const typed = cells.join('');
  for (let n = 0; n < 10; n++) {
    expect([...typed].filter(letter => letter === String(n)).length).toBeGreaterThan(0);
  }
  const x = [...typed].filter(letter => letter === 'x').length;
  expect(x).toBe(10 * 10 + 45);
});
