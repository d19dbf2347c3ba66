import {
  test as galataTest,
  galata,
  JupyterLabPage,
  type IJupyterLabPageFixture
} from '@jupyterlab/galata';
import { writeFile } from 'node:fs/promises';
import type { BrowserContext, TestInfo } from '@playwright/test';
import { Bot } from './bots';
import { openDocument } from './documents';
import { LabServer, TOKEN } from './lab-server';
import { slowDown } from './slow';

export { expect } from '@jupyterlab/galata';

/** A JupyterLab page with Galata's helpers. */
export type LabPage = IJupyterLabPageFixture;

export interface JoinOptions {
  /** The server to join; by default the one that all tests share. */
  readonly lab?: LabServer;

  /** JupyterLab, or Notebook 7, where Galata's helpers do not work: use plain locators. */
  readonly app?: 'lab' | 'notebook';
}

/**
 * Makes a page in a browser context of its own, for the user of that name. It is blank until it
 * opens something, so that several can load at once.
 */
export type Join = (name: string, options?: JoinOptions) => Promise<LabPage>;

/** Has somebody without a browser come to a document. */
export type Summon = (name: string, path: string, lab?: LabServer) => Promise<Bot>;

/** Writes a document, and opens it at Ada's page and at one more for each of these names. */
export type Together = <Names extends readonly string[]>(
  file: string,
  content: string,
  ...names: Names
) => Promise<{ [N in keyof Names]: LabPage }>;

/** Writes a document on a server, and opens it for Ada and Bob there. */
export type Pair = (lab: LabServer, path: string, content: string) => Promise<[LabPage, LabPage]>;

interface TestFixtures {
  /** Brings one more person to the test. They leave when it ends. */
  join: Join;

  /** Brings somebody to a document who has no browser, and is cheap. They leave when it ends. */
  summon: Summon;

  /** Has several people in one document. */
  together: Together;

  /** Has two people in one document of another server. */
  pair: Pair;

  /** Starts a server for this test alone, with options for its command line. It ends with the test. */
  startLab: (...options: string[]) => Promise<LabServer>;

  /** Such a server without any options, which the test may stop and start; already started. */
  ownLab: LabServer;

  /** Keeps in test-results what the shared server printed during a test that failed. */
  sharedLog: undefined;
}

interface WorkerFixtures {
  /** The server that tests share. A failed test gets the following ones a new server. */
  lab: LabServer;
}

/**
 * Galata's test with real kernels and sessions (its mocks give each page a kernel of its own) and
 * with users whom the server knows. The `page` belongs to Ada; others `join`. All are blank at first.
 */
export const test = galataTest.extend<TestFixtures, WorkerFixtures>({
  lab: [
    async ({}, use) => {
      const server = await LabServer.create();
      await server.start();
      await use(server);
      await server.dispose();
    },
    { scope: 'worker' }
  ],
  startLab: async ({}, use, testInfo) => {
    const servers: LabServer[] = [];
    await use(async (...options) => {
      const server = await LabServer.create(options);
      servers.push(server);
      await server.start();
      return server;
    });
    for (const server of servers) {
      await keepLog(testInfo, 'own-server.log', server.log);
      await server.dispose();
    }
  },
  ownLab: async ({ startLab }, use) => use(await startLab()),
  sharedLog: [
    async ({ lab }, use, testInfo) => {
      const start = lab.log.length;
      await use(undefined);
      await keepLog(testInfo, 'server.log', lab.log.slice(start));
    },
    { auto: true }
  ],
  baseURL: async ({ lab }, use) => use(lab.url),
  extraHTTPHeaders: { Authorization: `token ${TOKEN}` },
  kernels: async ({}, use) => use(null),
  sessions: async ({}, use) => use(null),
  terminals: async ({}, use) => use(null),
  autoGoto: false,
  mockUser: false,
  waitForApplication: async ({}, use) => use(waitForLab),
  context: async ({ context, lab }, use) => {
    await become(context, 'Ada', lab);
    await slowDown(context);
    await use(context);
  },
  join: async ({ browser, lab: shared }, use) => {
    const guests: LabPage[] = [];
    await use(async (name, { lab = shared, app = 'lab' } = {}) => {
      const { page } = await galata.newPage({
        baseURL: lab.url,
        browser,
        appPath: app === 'lab' ? '/lab' : '',
        autoGoto: false,
        mockKernels: false,
        mockSessions: false,
        mockTerminals: false,
        mockUser: false,
        waitForApplication: app === 'lab' ? waitForLab : waitForNotebook
      });
      guests.push(page);
      await become(page.context(), name, lab);
      await slowDown(page.context());
      return page;
    });
    for (const page of guests) {
      // A test may have closed it, to see what that does.
      if (!page.isClosed()) {
        await page.unrouteAll({ behavior: 'ignoreErrors' });
      }
      await page.context().close();
    }
  },
  summon: async ({ lab: shared }, use) => {
    const bots: Bot[] = [];
    await use(async (name, path, lab = shared) => {
      const bot = await Bot.join(lab, path, name);
      bots.push(bot);
      return bot;
    });
    bots.forEach(bot => bot.leave());
  },
  together: async ({ page, join, lab, tmpPath }, use) => {
    const together = async (file: string, content: string, ...names: string[]) => {
      await lab.write(`${tmpPath}/${file}`, content);
      const guests = await Promise.all(names.map(async name => join(name)));
      await Promise.all(
        [page, ...guests].map(async who => openDocument(who, `${tmpPath}/${file}`))
      );
      return guests;
    };
    await use(together as Together);
  },
  pair: async ({ join }, use) =>
    use(async (lab, path, content) => {
      await lab.write(path, content);
      const both = await Promise.all([join('Ada', { lab }), join('Bob', { lab })]);
      await Promise.all(both.map(async who => openDocument(who, path)));
      return both;
    })
});

async function keepLog(testInfo: TestInfo, name: string, log: string): Promise<void> {
  if (testInfo.status !== testInfo.expectedStatus) {
    await writeFile(testInfo.outputPath(name), log);
  }
}

/** The server reads who somebody is from this cookie: see jupyter_server_test_config.py. */
async function become(context: BrowserContext, name: string, lab: LabServer): Promise<void> {
  const value = encodeURIComponent(name);
  await context.addCookies([{ name: 'ui-test-user', value, url: lab.url }]);
}

/** Milliseconds until a page is there, where several begin at once on a busy machine. */
const START_TIMEOUT = 60_000;

// Galata gives an application 15 s to start, and no way to say something else.
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its page below
const { waitForCondition } = JupyterLabPage.prototype;
JupyterLabPage.prototype.waitForCondition = async function (condition, timeout = START_TIMEOUT) {
  return waitForCondition.call(this, condition, timeout);
};

const waitForLab: galata.INewPageOption['waitForApplication'] = async page => {
  await page.evaluate(async () => window.jupyterapp.restored);
};

const waitForNotebook: galata.INewPageOption['waitForApplication'] = async page => {
  await page.waitForSelector('#main-panel', { timeout: START_TIMEOUT });
};
