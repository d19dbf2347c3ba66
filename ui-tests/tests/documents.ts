import { expect, type Page } from '@playwright/test';
import type { LabServer } from './lab-server';

/** How long edits may take to reach the others, or the disk. */
const PATIENCE = 20_000;

/**
 * What the server tells, as opposed to what a page finds out after half a minute of silence, is
 * there within this time, in milliseconds, also where other programs use the machine.
 */
export const TOLD = 8_000;

/** The parts of JupyterLab's application that are used from here. */
interface Application {
  readonly restored: Promise<void>;
  readonly commands: {
    execute: (id: string, args?: object) => Promise<unknown>;
    hasCommand: (id: string) => boolean;
  };
  readonly shell: { readonly currentWidget: DocumentWidget | null };
}

interface DocumentWidget {
  readonly context?: {
    readonly path: string;
    readonly ready: Promise<void>;
    readonly rename: (name: string) => Promise<void>;
    readonly model: { readonly sharedModel: SharedNotebook & SharedFile };
    readonly sessionContext: {
      readonly session: { readonly kernel: Kernel | null } | null;
      readonly restartKernel: () => Promise<void>;
    };
  };
}

interface SharedNotebook {
  readonly cells?: readonly SharedCell[];
  readonly insertCell: (index: number, cell: object) => void;
  readonly deleteCell: (index: number) => void;
  readonly setMetadata: (name: string, value: unknown) => void;
}

interface SharedCell {
  readonly getSource: () => string;
  readonly setSource: (to: string) => void;
  readonly getOutputs: () => Output[];
  readonly setOutputs: (outputs: object[]) => void;
  readonly setMetadata: (name: string, value: unknown) => void;
  readonly undoManager: { stopCapturing: () => void } | null;
}

/** What a cell has printed, or shown. */
export interface Output {
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, string>>;
}

interface SharedFile {
  readonly getSource: () => string;
  readonly updateSource: (start: number, end: number, value: string) => void;
}

interface Kernel {
  readonly id: string;
  readonly info: Promise<unknown>;
}

declare global {
  interface Window {
    jupyterapp: Application;
  }
}

/**
 * Waits until something that is read again and again is as expected. Playwright's own poll looks
 * once a second in the end: too seldom for what mostly takes about one.
 */
export const eventually: typeof expect.poll = (read, options) =>
  expect.poll(read, {
    intervals: [100],
    ...(typeof options === 'string' ? { message: options } : options)
  });

/** A valid notebook of code cells, as a file's content. */
export function notebook(sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    execution_count: null,
    id: `cell-${index}`,
    metadata: {},
    outputs: [],
    source
  }));
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  const metadata = { kernelspec, language_info: { name: 'python' } };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

/** Executes a command of the application. */
export async function run(page: Page, command: string, args: object = {}): Promise<void> {
  await page.evaluate(
    async ([id, given]) => {
      await window.jupyterapp.commands.execute(id, given);
    },
    [command, args] as const
  );
}

/** Executes a command, and does not wait for what it does. */
export async function begin(page: Page, command: string): Promise<void> {
  await page.evaluate(id => void window.jupyterapp.commands.execute(id, {}), command);
}

/** Loads the application of a page that is blank, with a directory in its file browser. */
export async function load(page: Page, directory: string): Promise<void> {
  if (page.url() === 'about:blank') {
    await page.goto(directory === '' ? '' : `tree/${directory}`);
  }
}

/** Opens a document in JupyterLab, and waits until its content is there. */
export async function openDocument(page: Page, path: string): Promise<void> {
  await load(page, path.split('/').slice(0, -1).join('/'));
  await run(page, 'docmanager:open', { path });
  await documentReady(page, path);
}

/** Waits until the current document is the one at the path, with its content. */
export async function documentReady(page: Page, path: string): Promise<void> {
  await eventually(
    async () =>
      page.evaluate(async () => {
        const context = window.jupyterapp.shell.currentWidget?.context;
        await context?.ready;
        return context?.path;
      }),
    { message: `${path} is open`, timeout: PATIENCE }
  ).toBe(path);
}

/** Opens a notebook in Notebook 7, in place of what the page shows. */
export async function openInNotebook7(page: Page, lab: LabServer, path: string): Promise<void> {
  // Playwright's own goto: that of Galata waits for JupyterLab.
  await page.mainFrame().goto(`${lab.url}/notebooks/${path}`);
  await page.waitForFunction(
    () => 'jupyterapp' in window && window.jupyterapp.shell.currentWidget?.context !== undefined
  );
  await documentReady(page, path);
}

/** The sources of the current notebook's cells, read from the shared model. */
export async function sources(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cells = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel.cells;
    return (cells ?? []).map(cell => cell.getSource());
  });
}

/** The text of the current file, read from the shared model. */
export async function text(page: Page): Promise<string | undefined> {
  return page.evaluate(() =>
    window.jupyterapp.shell.currentWidget?.context?.model.sharedModel.getSource()
  );
}

/** The id of the current notebook's kernel, waiting for it to be there. */
export async function kernelId(page: Page): Promise<string> {
  const read = async (): Promise<string | undefined> =>
    page.evaluate(
      () => window.jupyterapp.shell.currentWidget?.context?.sessionContext.session?.kernel?.id
    );
  await eventually(read, { message: 'a kernel', timeout: PATIENCE }).toBeTruthy();
  return (await read()) ?? '';
}

/**
 * Takes the network from a page that has what JupyterLab asks for as it starts. Of a kernel that cannot
 * start, and of a directory that it cannot show, it tells in a dialog, which takes the keys.
 */
export async function loseNetwork(page: Page, path: string): Promise<void> {
  await kernelId(page);
  await expect(page.locator('#filebrowser')).toContainText(path.split('/').at(-1) ?? path);
  await page.context().setOffline(true);
}

/** Types at the end of a cell, key by key, as a person does. */
export async function typeInCell(page: Page, index: number, typed: string): Promise<void> {
  const cell = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-cell').nth(index);
  await cell.locator('.jp-InputArea-editor .cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(typed);
}

/** Has the next undo take back what is typed from now on, and not what was typed just before. */
export async function endTyping(page: Page): Promise<void> {
  await page.evaluate(() => {
    const cells = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel.cells;
    cells?.forEach(cell => cell.undoManager?.stopCapturing());
  });
}

/** Types at the end of the file that is open, or where this key leads, key by key. */
export async function typeInFile(page: Page, typed: string, key = 'Control+End'): Promise<void> {
  await page.locator('.jp-FileEditor:not(.lm-mod-hidden) .cm-content').click();
  await page.keyboard.press(key);
  await page.keyboard.type(typed);
}

/** Waits until the status of the document in front says these words. */
export async function says(page: Page, words: RegExp): Promise<void> {
  await expect(page.locator('#jp-collab-status')).toContainText(words, { timeout: 30_000 });
}

/** JupyterLab itself tells of kernels that are gone; nothing may be asked about documents. */
export async function noQuestions(pages: readonly Page[]): Promise<void> {
  const asks = { hasText: /changed on disk|session|conflict|reload|revert/i };
  for (const page of pages) {
    await expect(page.locator('.jp-Dialog', asks)).toHaveCount(0);
  }
}

/** Waits until every page has the same notebook open with the same cells, and returns those. */
export async function agreement(pages: readonly Page[]): Promise<string[]> {
  let all: string[][] = [];
  await eventually(
    async () => {
      all = await Promise.all(pages.map(sources));
      return new Set(all.map(cells => JSON.stringify(cells))).size;
    },
    { message: 'all pages show the same cells', timeout: PATIENCE }
  ).toBe(1);
  return all[0] ?? [];
}

/** Waits until all pages and the file agree on exactly these cells. */
export async function everywhere(
  pages: readonly Page[],
  lab: LabServer,
  path: string,
  cells: readonly string[]
): Promise<void> {
  for (const page of pages) {
    await eventually(async () => sources(page), { timeout: PATIENCE }).toEqual(cells);
  }
  await onDisk(lab, path, cells);
}

/** Waits until the notebook's file has exactly these cells. */
export async function onDisk(
  lab: LabServer,
  path: string,
  cells: readonly string[]
): Promise<void> {
  await eventually(async () => sourcesOnDisk(lab, path), {
    message: `${path} on disk`,
    timeout: PATIENCE
  }).toEqual(cells);
}

/** The notebook that is in a file; `null` while somebody writes it, for which it is emptied first. */
export async function notebookOnDisk(lab: LabServer, path: string): Promise<unknown> {
  try {
    return JSON.parse(await lab.read(path)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
}

async function sourcesOnDisk(lab: LabServer, path: string): Promise<string[] | null> {
  const content = (await notebookOnDisk(lab, path)) as {
    cells: { source: string | string[] }[];
  } | null;
  return (
    content?.cells.map(({ source }) => (Array.isArray(source) ? source.join('') : source)) ?? null
  );
}
