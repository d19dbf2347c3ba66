import { agreement, eventually, notebook, onDisk, openDocument, typeInCell } from './documents';
import { test } from './fixtures';

test('ten people type at once into one notebook', async ({ page, join, summon, lab, tmpPath }) => {
  const path = `${tmpPath}/crowd.ipynb`;
  await lab.write(path, notebook(Array.from({ length: 5 }, (_, n) => `# cell ${n}\n`)));
  const people = [page, ...(await Promise.all([join('Bob'), join('Carol')]))];
  await Promise.all(people.map(async who => openDocument(who, path)));
  const others = ['Dan', 'Eve', 'Frank', 'Grace', 'Heidi', 'Ivan', 'Judy'];
  const bots = await Promise.all(others.map(async name => summon(name, path)));
  const words = [...people, ...bots].map((_, n) => `<${n}:${'x'.repeat(10 + n)}>`);
  await Promise.all([
    ...people.map(async (who, n) => typeInCell(who, n, words[n] ?? '')),
    ...bots.map(async (bot, n) => bot.typeKeys(n % 5, words[people.length + n] ?? ''))
  ]);
  // What several type at one place stands between each other, but all of it is there, once.
  const first = Array.from({ length: 5 }, (_, n) => `# cell ${n}\n`);
  await eventually(async () => (await agreement(people)).join('').split('').sort(), {
    timeout: 20_000
  }).toEqual([...words, ...first].join('').split('').sort());
  await onDisk(lab, path, await agreement(people));
});
