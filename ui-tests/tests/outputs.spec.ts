import type { Page } from '@playwright/test';
import {
  begin,
  eventually,
  everywhere,
  kernelId,
  notebook,
  notebookOnDisk,
  openDocument,
  says,
  typeInCell,
  type Output
} from './documents';
import { expect, test, type Join, type LabPage } from './fixtures';
import type { LabServer } from './lab-server';

/** The outputs of a cell as the shared model has them. */
async function outputs(page: Page, index = 0): Promise<Output[]> {
  return page.evaluate(at => {
    const cells = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel.cells;
    return cells?.[at]?.getOutputs() ?? [];
  }, index);
}

/** Those in the file; none while it is being written. */
async function outputsOnDisk(lab: LabServer, path: string): Promise<Output[]> {
  const content = (await notebookOnDisk(lab, path)) as { cells: { outputs: Output[] }[] } | null;
  return content?.cells[0]?.outputs ?? [];
}

/** What a cell has printed. */
function printed(all: readonly Output[]): string {
  return all.map(({ text = '' }) => (typeof text === 'string' ? text : text.join(''))).join('');
}

/** Opens a notebook for two, and runs its first cell for the first of them. */
async function runFirst(pages: readonly LabPage[], path: string): Promise<void> {
  await Promise.all(pages.map(async page => openDocument(page, path)));
  const [ada] = pages;
  if (ada !== undefined) {
    await kernelId(ada);
    await ada.notebook.selectCells(0);
    await begin(ada, 'notebook:run-cell');
  }
}

async function hasRun(page: LabPage): Promise<void> {
  const cell = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-cell').first();
  const prompt = cell.locator('.jp-InputArea-prompt');
  await expect(prompt).toContainText('[1]', { timeout: 60_000 });
}

test('a cell that prints a million lines takes nobody down', async ({ join, startLab }) => {
  // Without Jupyter's own limit on what a kernel may send.
  const lab = await startLab('--ZMQChannelsWebsocketConnection.limit_rate=False');
  const path = 'loud.ipynb';
  const source = 'for i in range(1_000_000): print(i)';
  await lab.write(path, notebook([source, 'x']));
  const pages = await Promise.all([join('Ada', { lab }), join('Bob', { lab })]);
  const [ada, bob] = pages;
  await runFirst(pages, path);
  // While it prints, both can write.
  await Promise.all([typeInCell(ada, 1, 'A'), typeInCell(bob, 1, 'A')]);
  await hasRun(ada);
  await everywhere(pages, lab, path, [source, 'xAA']);
  const mine = printed(await outputs(ada));
  expect(mine).toMatch(/^0\n1\n2\n/);
  expect(mine).toMatch(/\n999998\n999999\n$/);
  expect(mine).toMatch(/\n\[… [\d,]+ lines \([\d,]+ characters\) are left out here\./);
  expect(mine.length).toBeLessThanOrEqual(200_000);
  await eventually(async () => printed(await outputs(bob)), { timeout: 30_000 }).toBe(mine);
  await eventually(async () => printed(await outputsOnDisk(lab, path)), { timeout: 30_000 }).toBe(
    mine
  );
  await expect(bob.locator('.jp-OutputArea-output')).toContainText('are left out here');
});

test('an image of 100 MB becomes a sentence', async ({ join, startLab }) => {
  const lab = await startLab(
    '--ZMQChannelsWebsocketConnection.limit_rate=False',
    '--ServerApp.websocket_max_message_size=400000000'
  );
  const path = 'huge.ipynb';
  const show = "display({'image/png': 'A' * 100_000_000, 'text/plain': '<Figure>'}, raw=True)";
  await lab.write(path, notebook([`${show}\nprint('after')`]));
  const pages = await Promise.all([join('Ada', { lab }), join('Bob', { lab })]);
  await runFirst(pages, path);
  await hasRun(pages[0]);
  for (const page of pages) {
    const area = page.locator('.jp-OutputArea');
    await expect(area).toContainText('An output of 100 MB (image/png, text/plain) is left out');
    await expect(area).toContainText('<Figure>');
    await expect(area).toContainText('after');
  }
  await eventually(async () => printed(await outputsOnDisk(lab, path))).toBe('after\n');
  await says(pages[0], /Saved/);
});

test('what is cleared and printed again, or shown again, is there once for everybody', async ({
  join,
  ownLab: lab
}) => {
  const [steps, shown] = ['steps.ipynb', 'shown.ipynb'];
  const loop = [
    'from time import sleep',
    'from IPython.display import clear_output',
    "for i in range(5): clear_output(wait=True); print('step', i); sleep(.15)"
  ];
  const displays = [
    'from time import sleep',
    "h = display({'text/plain': 'A1'}, raw=True, display_id=True)",
    "display({'text/plain': 'B'}, raw=True)",
    "for name in ('A2', 'A3'): sleep(.15); h.update({'text/plain': name}, raw=True)",
    "print('end')"
  ];
  await lab.write(steps, notebook([loop.join('\n')]));
  await lab.write(shown, notebook([displays.join('\n')]));
  const pages = await Promise.all([join('Ada', { lab }), join('Bob', { lab })]);
  await runFirst(pages, steps);
  await hasRun(pages[0]);
  await haveOutputs(pages, lab, steps, ['step 4']);
  await runFirst(pages, shown);
  await hasRun(pages[0]);
  await haveOutputs(pages, lab, shown, ['A3', 'B', 'end']);
});

test('a cell that two people run at once has the outputs of one run', async ({
  join,
  ownLab: lab
}) => {
  const path = 'twice.ipynb';
  // The first run asks, so that it goes on until the second one waits for the kernel.
  await lab.write(path, notebook(["print('hello')", "print('before'); print(input())"]));
  const pages = await withKernel(join, lab, path);
  const [ada, bob] = pages;
  for (const count of [2, 4, 6]) {
    await Promise.all(pages.map(async page => runCell(page, 0)));
    await haveRun(pages, 0, new RegExp(`\\[(${count - 1}|${count})\\]`));
    await haveOutputs(pages, lab, path, ['hello']);
  }
  await runCell(ada, 1);
  await expect(ada.locator('.jp-Stdin-input')).toBeVisible();
  await runCell(bob, 1);
  await eventually(async () => printed(await outputs(ada, 1))).toBe('');
  await ada.locator('.jp-Stdin-input').fill('one');
  await ada.keyboard.press('Enter');
  await bob.locator('.jp-Stdin-input').fill('two');
  await bob.keyboard.press('Enter');
  await haveRun(pages, 1, /\[8\]/);
  for (const page of pages) {
    await eventually(async () => printed(await outputs(page, 1))).toBe('before\n two\ntwo\n');
  }
});

test('an error stays where it aborts what somebody else has run', async ({ join, ownLab: lab }) => {
  const path = 'error.ipynb';
  // It goes on until both have run all cells.
  const asks = "input(); print('end'); 1 / 0";
  await lab.write(path, notebook(["print('before')", asks, 'print(3)']));
  const [ada, bob] = await withKernel(join, lab, path);
  await begin(ada, 'notebook:run-all-cells');
  await expect(ada.locator('.jp-Stdin-input')).toBeVisible();
  // What it has printed is there: it is gone as soon as Bob has asked the kernel.
  await haveRun([ada], 0, /\[1\]/);
  await begin(bob, 'notebook:run-all-cells');
  await eventually(async () => printed(await outputs(ada))).toBe('');
  await ada.locator('.jp-Stdin-input').fill('');
  await ada.keyboard.press('Enter');
  await haveRun([ada, bob], 0, /\[1\]/);
  await haveRun([ada, bob], 1, /\[2\]/);
  await haveRun([ada, bob], 2, /\[ \]/);
  for (const page of [ada, bob]) {
    await eventually(async () => printed(await outputs(page))).toBe('before\n');
    await expect(page.locator('.jp-Notebook-cell').nth(1)).toContainText('ZeroDivisionError');
  }
});

test('a cell runs no more where somebody else restarts the kernel, or who ran it has left', async ({
  join,
  ownLab: lab
}) => {
  const path = 'ends.ipynb';
  const waits = "import os, time\nwhile not os.path.exists('go'): time.sleep(.05)";
  await lab.write(path, notebook([waits]));
  const [ada, bob] = await withKernel(join, lab, path);
  await runCell(ada, 0);
  await haveRun([ada, bob], 0, /\[\*\]/);
  await bob.evaluate(() => {
    void window.jupyterapp.shell.currentWidget?.context?.sessionContext.restartKernel();
  });
  await haveRun([ada, bob], 0, /\[ \]/);
  await runCell(bob, 0);
  await haveRun([ada, bob], 0, /\[\*\]/);
  await bob.close();
  await expect(ada.locator('.jp-CollabPeople button')).toHaveCount(0);
  await haveRun([ada], 0, /\[\*\]/);
  await lab.write('go', '');
  await haveRun([ada], 0, /\[ \]/);
});

test('a cell runs no more where who ran it had no connection to the kernel as it ended', async ({
  join,
  ownLab: lab
}) => {
  const path = 'lost.ipynb';
  const waits = "import os, time\nwhile not os.path.exists('go'): time.sleep(.05)";
  await lab.write(path, notebook([waits, '2']));
  const ada = await join('Ada', { lab });
  // The server is told that the page does not come back, and keeps nothing for it.
  const { cut, connect } = await kernelLine(ada, { code: 1000 });
  await openDocument(ada, path);
  const kernel = await kernelId(ada);
  const bob = await join('Bob', { lab });
  await openDocument(bob, path);
  expect(await kernelId(bob)).toBe(kernel);
  await runCell(ada, 0);
  await haveRun([ada, bob], 0, /\[\*\]/);
  await cut();
  await runCell(bob, 1);
  await lab.write('go', '');
  await haveRun([ada, bob], 1, /\[2\]/);
  await haveRun([ada, bob], 0, /\[\*\]/);
  connect();
  await haveRun([ada, bob], 0, /\[ \]/);
});

test('a run has all its outputs where who began it had no connection to the kernel meanwhile', async ({
  join,
  ownLab: lab
}) => {
  const path = 'missed.ipynb';
  const prints = [
    'import os, time',
    'for i in range(40):',
    "  while i == 20 and not os.path.exists('go'): time.sleep(.05)",
    '  print(i, flush=True)'
  ];
  await lab.write(path, notebook([prints.join('\n'), '2']));
  const numbers = [...Array(40).keys()].map(i => `${i}\n`);
  const ada = await join('Ada', { lab });
  const { cut, connect } = await kernelLine(ada);
  await openDocument(ada, path);
  const kernel = await kernelId(ada);
  const bob = await join('Bob', { lab });
  await openDocument(bob, path);
  expect(await kernelId(bob)).toBe(kernel);
  await runCell(ada, 0);
  await eventually(async () => printed(await outputs(bob))).toBe(numbers.slice(0, 20).join(''));
  await cut();
  await runCell(bob, 1);
  await lab.write('go', '');
  await haveRun([ada, bob], 1, /\[2\]/);
  connect();
  await haveRun([ada, bob], 0, /\[1\]/);
  for (const page of [ada, bob]) {
    await eventually(async () => printed(await outputs(page))).toBe(numbers.join(''));
  }
});

test('what runs as soon as the kernel was restarted has its outputs', async ({
  page,
  lab,
  tmpPath
}) => {
  const path = `${tmpPath}/again.ipynb`;
  await lab.write(
    path,
    notebook(["import time; time.sleep(.5); print('be' + 'fore')", 'print(6)'])
  );
  await openDocument(page, path);
  await kernelId(page);
  await begin(page, 'notebook:run-all-cells');
  await haveRun([page], 1, /\[2\]/);
  await begin(page, 'notebook:clear-all-cell-outputs');
  await haveRun([page], 1, /\[ \]/);
  await begin(page, 'notebook:restart-run-all');
  await page.locator('.jp-Dialog .jp-mod-accept').click();
  await haveRun([page], 0, /\[1\]/);
  await haveRun([page], 1, /\[2\]/);
  await eventually(async () => printed(await outputs(page))).toBe('before\n');
  await eventually(async () => printed(await outputs(page, 1))).toBe('6\n');
});

/**
 * Lets a test cut a page's connection to its kernel, and then connect it again; `told` is what the
 * server is told as it is cut.
 */
async function kernelLine(
  page: LabPage,
  told?: { readonly code: number }
): Promise<{ cut: () => Promise<void>; connect: () => void }> {
  let connect = (): void => undefined;
  const back = new Promise<void>(resolve => (connect = resolve));
  let isLost = false;
  let cut = async () => Promise.resolve();
  await page.routeWebSocket(/\/channels\?/, async socket => {
    if (isLost) {
      await back;
    }
    const server = socket.connectToServer();
    cut = async () => {
      isLost = true;
      await Promise.all([socket.close({ code: 3000 }), server.close(told)]);
    };
  });
  return { cut: async () => cut(), connect };
}

/** Opens a notebook for two who have one kernel. */
async function withKernel(join: Join, lab: LabServer, path: string): Promise<[LabPage, LabPage]> {
  const ada = await join('Ada', { lab });
  await openDocument(ada, path);
  const kernel = await kernelId(ada);
  const bob = await join('Bob', { lab });
  await openDocument(bob, path);
  expect(await kernelId(bob)).toBe(kernel);
  // Whoever runs something before the kernel has answered the page waits for that to be idle.
  await bob.evaluate(async () => {
    await window.jupyterapp.shell.currentWidget?.context?.sessionContext.session?.kernel?.info;
  });
  return [ada, bob];
}

/** Has a page run a cell, and does not wait for it. */
async function runCell(page: LabPage, index: number): Promise<void> {
  await page.notebook.selectCells(index);
  await begin(page, 'notebook:run-cell');
}

async function haveRun(pages: readonly LabPage[], index: number, prompt: RegExp): Promise<void> {
  for (const page of pages) {
    const cell = page.locator('.jp-Notebook-cell').nth(index);
    await expect(cell.locator('.jp-InputArea-prompt')).toContainText(prompt, { timeout: 30_000 });
  }
}

/** Waits until all pages show these texts, and all documents and the file have them. */
async function haveOutputs(
  pages: readonly LabPage[],
  lab: LabServer,
  path: string,
  texts: readonly string[]
): Promise<void> {
  for (const page of pages) {
    const area = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output');
    await expect(area).toHaveText([...texts]);
    await eventually(async () => textsOf(await outputs(page))).toEqual(texts);
  }
  const options = { timeout: 30_000 };
  await eventually(async () => textsOf(await outputsOnDisk(lab, path)), options).toEqual(texts);
}

/** What each output says, of those that are printed and those that are shown. */
function textsOf(all: readonly Output[]): string[] {
  return all.map(({ text, data }) => [text ?? data?.['text/plain'] ?? []].flat().join('').trim());
}
