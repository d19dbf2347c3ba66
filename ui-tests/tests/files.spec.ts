import {
  begin,
  eventually,
  kernelId,
  load,
  notebook,
  openDocument,
  run,
  sources,
  text,
  typeInCell,
  typeInFile
} from './documents';
import { expect, test, type LabPage } from './fixtures';

/** Whether the tab of the open document has the mark of unsaved changes. */
async function dirty(page: LabPage): Promise<boolean> {
  return page.evaluate(
    () => document.querySelector('.lm-TabBar-tab.lm-mod-current.jp-mod-dirty') !== null
  );
}

test('a text file keeps its line ends and its last line', async ({
  page,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/dos.py`;
  const [bob] = await together('dos.py', 'a = "ä😀"\r\nb = 2', 'Bob');
  await typeInFile(page, '2');
  await eventually(async () => text(bob)).toBe('a = "ä😀"\nb = 22');
  await typeInFile(bob, '\nc𝒳');
  await eventually(async () => lab.read(path)).toBe('a = "ä😀"\r\nb = 22\r\nc𝒳');
  expect(await text(page)).toBe('a = "ä😀"\nb = 22\nc𝒳');
});

test('the dirty mark goes on with a change and off with the save, for everyone', async ({
  page,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/notes.md`;
  const [bob] = await together('notes.md', 'hello\n', 'Bob');
  expect(await dirty(page)).toBe(false);
  await typeInFile(page, 'x');
  await eventually(async () => dirty(bob), { intervals: [20] }).toBe(true);
  await eventually(async () => lab.read(path)).toBe('hello\nx');
  for (const who of [page, bob]) {
    await eventually(async () => dirty(who)).toBe(false);
    await expect(who.locator('.jp-Dialog')).toHaveCount(0);
  }
});

test('a document that was just changed is closed without a question', async ({
  page,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/notes.txt`;
  await lab.write(path, 'hello\n');
  await openDocument(page, path);
  await typeInFile(page, 'x');
  await run(page, 'application:close');
  await expect(page.locator('.jp-FileEditor')).toHaveCount(0);
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  expect(await lab.read(path)).toBe('hello\nx');
});

test('Ctrl-S saves at once and says nothing of conflicts', async ({ page, lab, tmpPath }) => {
  const path = `${tmpPath}/notes.txt`;
  await lab.write(path, 'hello\n');
  await openDocument(page, path);
  await typeInFile(page, 'x');
  await page.keyboard.press('Control+s');
  await eventually(async () => lab.read(path), { intervals: [20] }).toBe('hello\nx');
  await eventually(async () => dirty(page)).toBe(false);
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
});

test('another program changes the file, and everybody sees it within a second', async ({
  page,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/notes.txt`;
  await lab.write(path, 'one\ntwo\n');
  await openDocument(page, path);
  await typeInFile(page, 'mine\n');
  await lab.write(path, 'zero\none\ntwo\n');
  await eventually(async () => text(page)).toBe('zero\none\ntwo\nmine\n');
  await eventually(async () => lab.read(path)).toBe('zero\none\ntwo\nmine\n');
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
});

test('a notebook and a text view of it follow each other', async ({ page, join, lab, tmpPath }) => {
  const path = `${tmpPath}/both.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  const bob = await join('Bob');
  await Promise.all([openDocument(page, path), load(bob, tmpPath)]);
  await run(bob, 'docmanager:open', { path, factory: 'Editor' });
  await eventually(async () => text(bob)).toContain('a = 1');
  await page.locator('.jp-Notebook .cm-content').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('0');
  await eventually(async () => text(bob)).toContain('a = 10');
  await bob.evaluate(() => {
    const model = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel;
    const at = model?.getSource().indexOf('a = 10') ?? 0;
    model?.updateSource(at, at + 1, 'abc');
  });
  await eventually(async () => sources(page)).toEqual(['abc = 10']);
});

test('a notebook and a text view of it take what both write at the same time', async ({
  page,
  join,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/views.ipynb`;
  await lab.write(path, notebook(['a = 1', 'b = 2']));
  const bob = await join('Bob');
  await Promise.all([openDocument(page, path), load(bob, tmpPath)]);
  await run(bob, 'docmanager:open', { path, factory: 'Editor' });
  await eventually(async () => text(bob)).toContain('b = 2');
  const lines = bob.locator('.jp-FileEditor:not(.lm-mod-hidden) .cm-line');
  await lines.filter({ hasText: 'b = 2' }).click();
  await bob.keyboard.press('End');
  await bob.keyboard.press('ArrowLeft');
  await Promise.all([
    typeInCell(page, 0, ' # typed in the notebook'),
    bob.keyboard.type(' # typed in the text', { delay: 30 })
  ]);
  const expected = ['a = 1 # typed in the notebook', 'b = 2 # typed in the text'];
  await eventually(async () => sources(page), { timeout: 20_000 }).toEqual(expected);
  for (const source of expected) {
    await eventually(async () => text(bob), { timeout: 20_000 }).toContain(source);
    expect((await text(bob))?.split(source)).toHaveLength(2);
  }
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
});

test('a notebook that one person has open as text too is saved in both without a conflict', async ({
  page,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/twice.ipynb`;
  await lab.write(path, notebook(['a = 1']));
  await openDocument(page, path);
  await kernelId(page); // until the kernel is there, the notebook takes the focus
  await run(page, 'docmanager:open', { path, factory: 'Editor' });
  await eventually(async () => text(page)).toContain('a = 1');
  let source = 'a = 1';
  for (const typed of ['2', '3', '4']) {
    await run(page, 'docmanager:open', { path, factory: 'Notebook' });
    await typeInCell(page, 0, typed);
    source += typed;
    // At once, and again after the save: by then the room of the text may have looked at the file.
    await page.keyboard.press('Control+s');
    await eventually(async () => lab.read(path), { intervals: [20] }).toContain(source);
    await page.keyboard.press('Control+s');
    await run(page, 'docmanager:open', { path, factory: 'Editor' });
    const lines = page.locator('.jp-FileEditor:not(.lm-mod-hidden) .cm-line');
    await lines.filter({ hasText: 'a = 1' }).click();
    await page.keyboard.press('Control+s');
    await eventually(async () => text(page)).toContain(source);
    await page.keyboard.press('Control+s');
    await expect(page.locator('.jp-Dialog')).toHaveCount(0);
  }
  expect(await lab.read(path)).toContain(source);
});

test('files that cannot be opened say why, in plain words', async ({ page, lab, tmpPath }) => {
  await lab.write(`${tmpPath}/bad.ipynb`, '{ this is no notebook');
  await lab.write(`${tmpPath}/binary.txt`, '');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${lab.root}/${tmpPath}/binary.txt`, Buffer.from([0xff, 0xfe, 0x00, 0x80]));
  const expected = {
    'bad.ipynb': /cannot be read as a notebook: .*line 1, column 3/,
    'binary.txt': /is not UTF-8 text \(byte 0\)/
  };
  await load(page, tmpPath);
  for (const [name, words] of Object.entries(expected)) {
    await page.evaluate(path => {
      void window.jupyterapp.commands.execute('docmanager:open', { path }).catch(() => undefined);
    }, `${tmpPath}/${name}`);
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText(words);
    await page.screenshot({ path: `test-results/error-${name}.png` });
    await dialog.locator('.jp-mod-accept, button').last().click();
    await expect(dialog).toHaveCount(0);
  }
});

test('a notebook that somebody has emptied comes back with its checkpoint', async ({
  page,
  together,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/emptied.ipynb`;
  const cells = ['first = 1', 'second = 2'];
  const [bob] = await together('emptied.ipynb', notebook(cells), 'Bob');
  await eventually(async () => sources(bob)).toEqual(cells);
  await run(page, 'notebook:select-all');
  await run(page, 'notebook:delete-cell');
  await eventually(async () => {
    const file = await lab.read(path);
    return file !== '' && !file.includes('first'); // it is emptied before it is written
  }).toBe(true);
  await begin(bob, 'docmanager:restore-checkpoint');
  await bob.locator('.jp-Dialog .jp-mod-warn').click();
  for (const who of [page, bob]) {
    await eventually(async () => sources(who)).toEqual(cells);
    await expect(who.locator('.jp-Dialog')).toHaveCount(0);
  }
});

test('a folder that somebody else renames in Jupyter is followed without a dialog', async ({
  page,
  join,
  lab,
  tmpPath
}) => {
  const folder = (): Promise<string | null> =>
    page.locator('.jp-FileBrowser .jp-BreadCrumbs').textContent();
  await lab.write(`${tmpPath}/old/notes.txt`, 'hello\n');
  const bob = await join('Bob');
  await Promise.all([openDocument(page, `${tmpPath}/old/notes.txt`), load(bob, tmpPath)]);
  await eventually(folder).toContain('old');
  await bob.contents.renameDirectory(`${tmpPath}/old`, `${tmpPath}/new`);
  await eventually(folder).toContain('new');
  await typeInFile(page, 'x');
  await eventually(async () => lab.read(`${tmpPath}/new/notes.txt`)).toBe('hello\nx');
  await expect(page.locator('.jp-Dialog')).toHaveCount(0);
});
