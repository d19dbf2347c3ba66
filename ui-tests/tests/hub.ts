import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Page, test as playwrightTest } from '@playwright/test';

const ROOT = join(__dirname, '..', '..');

/** A real JupyterHub; `tests/hub/site.py` tells who has which server there. */
export interface Hub {
  /** Without a slash at its end. */
  readonly url: string;
  readonly password: string;
}

/** Somebody's page, in a browser of their own, after they have logged in at the Hub. */
export type LogIn = (name: string, path: string) => Promise<Page>;

/** Playwright's test with a Hub, on which the servers of alice, dana and erin run. */
export const test = playwrightTest.extend<{ logIn: LogIn }, { hub: Hub }>({
  hub: [
    async ({}, use) => {
      const command = ['-m', 'tests.hub', 'alice', 'dana', 'erin'];
      const child = spawn('python', command, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      const [line] = (await Promise.race([
        once(createInterface(child.stdout), 'line'),
        exited.then(([code]) => {
          throw new Error(`The JupyterHub did not start: ${code}`);
        })
      ])) as [string];
      await use(JSON.parse(line) as Hub);
      child.stdin.end();
      await exited;
    },
    { scope: 'worker', timeout: 120_000 }
  ],

  logIn: async ({ browser, hub }, use) => {
    const contexts: { close: () => Promise<void> }[] = [];
    await use(async (name, path) => {
      const permissions = ['clipboard-read', 'clipboard-write'];
      const context = await browser.newContext({ baseURL: hub.url, permissions });
      contexts.push(context);
      const page = await context.newPage();
      await page.goto('/hub/login');
      await page.getByLabel('Username:').fill(name);
      await page.getByLabel('Password:').fill(hub.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(url => !url.pathname.endsWith('/hub/login'));
      await page.goto(path);
      return page;
    });
    await Promise.all(contexts.map(async context => context.close()));
  }
});
