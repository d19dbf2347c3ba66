import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { TOKEN, type LabServer } from './lab-server';

/** A link to one document, as the server has made it. */
export interface Link {
  readonly id: string;
  readonly url: string;
}

/** The page of somebody who came by a link, and what of it went wrong. */
export interface GuestPage {
  readonly page: Page;
  /** Answers of the server that are errors, what the console had to complain about, exceptions. */
  readonly problems: string[];
}

const HEADERS = { Authorization: `token ${TOKEN}`, 'Content-Type': 'application/json' };

/** Makes a link as the owner does; `expiresIn` is in seconds. */
export async function makeLink(
  lab: LabServer,
  path: string,
  role: 'view' | 'edit',
  expiresIn: number | null = null
): Promise<Link> {
  const response = await fetch(`${lab.url}/api/collaboration/links`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ path, role, expiresIn })
  });
  if (response.status !== 201) {
    throw new Error(`No link to ${path}: ${response.status} ${await response.text()}`);
  }
  return (await response.json()) as Link;
}

export async function revoke(lab: LabServer, { id }: Link): Promise<void> {
  await fetch(`${lab.url}/api/collaboration/links/${id}`, { method: 'DELETE', headers: HEADERS });
}

/** Opens a link in a browser that knows nothing of the server, and waits for the document. */
export async function visit(
  browser: Browser,
  lab: LabServer,
  link: Link,
  options: BrowserContextOptions = {}
): Promise<GuestPage> {
  // The owner's token must not come along, which the tests' own contexts send.
  const context = await browser.newContext({ ...options, extraHTTPHeaders: {} });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('response', response => {
    if (response.status() >= 400) {
      problems.push(`${response.status()} ${response.request().method()} ${response.url()}`);
    }
  });
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') {
      problems.push(message.text());
    }
  });
  await page.goto(`${lab.url}${link.url}`);
  await documentShown(page);
  return { page, problems };
}

/** Waits until the page shows a document with its content. */
export async function documentShown(page: Page): Promise<void> {
  await page.waitForFunction(
    () => 'jupyterapp' in window && window.jupyterapp.shell.currentWidget?.context !== undefined
  );
  await page.evaluate(async () => window.jupyterapp.shell.currentWidget?.context?.ready);
  await page.locator('.jp-NotebookPanel .jp-Cell, .jp-FileEditor .cm-content').first().waitFor();
}
