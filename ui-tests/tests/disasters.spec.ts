import type { Page } from '@playwright/test';

import {
  eventually,
  everywhere,
  noQuestions,
  notebook,
  openDocument,
  openInNotebook7,
  says,
  text,
  typeInCell,
  typeInFile
} from './documents';
import { expect, test } from './fixtures';
import { smallDisk } from './small-disk';

/** Change the source of one cell in the file, as a script does. */
function withCell(content: string, index: number, source: string): string {
  const file = JSON.parse(content) as { cells: { source: string | string[] }[] };
  file.cells.forEach((cell, place) => {
    cell.source = place === index ? source : cell.source;
  });
  return `${JSON.stringify(file, null, 1)}\n`;
}

test('the store is deleted while two people have a notebook open and type', async ({
  pair,
  ownLab
}) => {
  const path = 'shared.ipynb';
  const [ada, bob] = await pair(ownLab, path, notebook(['a', 'b', 'c']));
  await typeInCell(ada, 0, '1');
  await typeInCell(bob, 1, '2');
  await everywhere([ada, bob], ownLab, path, ['a1', 'b2', 'c']);
  await ownLab.kill();
  await typeInCell(ada, 0, ' ada');
  await typeInCell(bob, 1, ' bob');
  await ownLab.loseStore();
  await ownLab.write(path, withCell(await ownLab.read(path), 2, 'c git'));
  await says(ada, /Offline – \d+ unsynced/);
  await ada.evaluate(() => document.activeElement?.setAttribute('data-before', ''));
  await ownLab.start();
  await everywhere([ada, bob], ownLab, path, ['a1 ada', 'b2 bob', 'c git']);
  // The server went on with the history that both hold: nothing was opened again.
  await typeInCell(bob, 2, '!');
  await everywhere([ada, bob], ownLab, path, ['a1 ada', 'b2 bob', 'c git!']);
  await says(ada, /Saved/);
  await noQuestions([ada, bob]);
});

test('another history is begun while two people are away, and nobody takes back what others wrote', async ({
  join,
  pair,
  ownLab
}) => {
  const path = 'notes.md';
  const [ada, bob] = await pair(ownLab, path, 'one\n\ntwo\n\nthree\n');
  await typeInFile(ada, 'saved');
  await eventually(async () => ownLab.read(path)).toContain('saved');
  await ownLab.kill();
  await typeInFile(ada, ' ada');
  await typeInFile(bob, 'bob ', 'Control+Home');
  await Promise.all([ada, bob].map(async who => who.context().setOffline(true)));
  await ownLab.loseStore();
  await ownLab.start();
  // Someone who holds nothing comes first, so that the room's history is theirs.
  const carl = await join('Carl', { lab: ownLab });
  await openDocument(carl, path);
  await carl.locator('.jp-FileEditor .cm-line', { hasText: 'two' }).click();
  await carl.keyboard.press('End');
  await carl.keyboard.type(' carl');
  await eventually(async () => ownLab.read(path)).toContain('carl');
  await Promise.all([ada, bob].map(async who => who.context().setOffline(false)));
  const all = 'bob one\n\ntwo carl\n\nthree\nsaved ada';
  for (const who of [ada, bob, carl]) {
    await eventually(async () => text(who), { timeout: 30_000 }).toBe(all);
  }
  await eventually(async () => ownLab.read(path)).toBe(all);
  await noQuestions([ada, bob]);
  // JupyterLab forgets what can be undone whenever it opens a document: this takes nothing back.
  await undo(ada);
  await typeInFile(ada, '!');
  await eventually(async () => text(carl)).toBe(`${all}!`);
  await carl.keyboard.type(' again');
  const theirs = all.replace('two carl', 'two carl again');
  await eventually(async () => text(ada)).toBe(`${theirs}!`);
  await undo(ada);
  await eventually(async () => text(carl)).toBe(theirs);
  await eventually(async () => ownLab.read(path)).toBe(theirs);
});

test('Notebook 7 opens a notebook again whose history was lost, in the same page', async ({
  join,
  ownLab
}) => {
  const path = 'alone.ipynb';
  await ownLab.write(path, notebook(['a', 'b']));
  const ada = await join('Ada', { lab: ownLab, app: 'notebook' });
  await openInNotebook7(ada, ownLab, path);
  await typeInCell(ada, 0, '1');
  await everywhere([ada], ownLab, path, ['a1', 'b']);
  await ownLab.kill();
  await typeInCell(ada, 0, ' ada');
  await ownLab.loseStore();
  await ownLab.write(path, withCell(await ownLab.read(path), 1, 'b git'));
  await ownLab.start();
  await everywhere([ada], ownLab, path, ['a1 ada', 'b git']);
  expect(ada.context().pages()).toHaveLength(1);
  await typeInCell(ada, 1, '!');
  await everywhere([ada], ownLab, path, ['a1 ada', 'b git!']);
});

async function undo(page: Page): Promise<void> {
  await page.locator('.jp-FileEditor .cm-content').focus();
  await page.keyboard.press('Control+z');
}

test('a tool rewrites a notebook while two people type', async ({
  page,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/tool.ipynb`;
  const [bob] = await together('tool.ipynb', withOutputs(notebook(['a', 'b', 'c'])), 'Bob');
  await expect(page.locator('.jp-OutputArea-output')).toHaveCount(3);
  await typeInCell(page, 0, ' ');
  await page.evaluate(() => {
    const cell = document.activeElement?.closest('.jp-Cell');
    cell?.querySelector('.jp-OutputArea-output')?.setAttribute('data-before', '');
    document.activeElement?.setAttribute('data-before', '');
  });
  await Promise.all([
    page.keyboard.type('typed by ada', { delay: 60 }),
    typeInCell(bob, 2, ' typed by bob'),
    lab.read(path).then(async content => lab.write(path, withCell(content, 1, 'b from a tool')))
  ]);
  const expected = ['a typed by ada', 'b from a tool', 'c typed by bob'];
  await everywhere([page, bob], lab, path, expected);
  expect(
    await page.evaluate(() => ({
      focus: document.activeElement?.hasAttribute('data-before'),
      outputs: document.querySelectorAll('.jp-OutputArea-output[data-before]').length
    }))
  ).toEqual({ focus: true, outputs: 1 });
  await expect(page.locator('.jp-OutputArea-output')).toHaveCount(3);
  await noQuestions([page, bob]);
});

/** Give each cell an output, as if it had been run. */
function withOutputs(content: string): string {
  const file = JSON.parse(content) as { cells: { outputs: object[]; execution_count: number }[] };
  file.cells.forEach((cell, index) => {
    cell.execution_count = index + 1;
    cell.outputs = [{ name: 'stdout', output_type: 'stream', text: [`output ${index}\n`] }];
  });
  return `${JSON.stringify(file, null, 1)}\n`;
}

test('a full disk is told, what was typed stays, and is saved once there is room', async ({
  join,
  ownLab
}) => {
  test.setTimeout(120_000);
  const disk = await smallDisk(ownLab, 'small');
  try {
    const path = 'small/notes.txt';
    await ownLab.write(path, 'hello\n');
    const ada = await join('Ada', { lab: ownLab });
    await openDocument(ada, path);
    await typeInFile(ada, 'before');
    await eventually(async () => ownLab.read(path)).toBe('hello\nbefore');
    await disk.fill();
    await typeInFile(ada, ' while it is full');
    await says(ada, disk.words);
    expect(await text(ada)).toBe('hello\nbefore while it is full');
    await ada.locator('#jp-collab-status button').click();
    await expect(ada.locator('.jp-CollabStatus-popup')).toContainText(/tries again by itself/);
    await ada.screenshot({ path: 'test-results/disk-full.png' });
    await ada.keyboard.press('Escape');
    await disk.free();
    await says(ada, /Saved/);
    expect(await ownLab.read(path)).toBe('hello\nbefore while it is full');
    expect(await text(ada)).toBe('hello\nbefore while it is full');
  } finally {
    await disk.dispose();
  }
});

test('what is larger than the server takes is taken out again, and all else goes on', async ({
  pair,
  startLab
}) => {
  const lab = await startLab('--YDocExtension.max_frame_size=100000');
  const [ada, bob] = await pair(lab, 'large.ipynb', notebook(['a', 'b']));
  await typeInCell(ada, 0, '1');
  await ada.keyboard.insertText('x'.repeat(200_000));
  const told = ada.locator('.Toastify__toast', {
    hasText: /0\.2 MiB are more than .* \(0\.1 MiB\)/
  });
  await expect(told).toBeVisible();
  await ada.screenshot({ path: 'test-results/oversized.png' });
  await ada.keyboard.type('2');
  await typeInCell(bob, 1, '3');
  await everywhere([ada, bob], lab, 'large.ipynb', ['a12', 'b3']);
  await expect(told).toHaveCount(1);
  await says(ada, /Saved/);
});
