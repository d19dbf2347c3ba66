import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const browsers = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];
// Where the machine has no Chromium, Playwright looks for one that it downloaded itself.
const executablePath = browsers.find(path => path !== undefined && existsSync(path));

export default defineConfig({
  testDir: 'tests',
  // Those only make pictures for the documentation, when they are asked to.
  testIgnore: process.env['COLLAB_PICTURES'] === undefined ? ['**/*pictures.spec.ts'] : [],
  // Each worker has a server of its own, on which everybody sees everybody: its tests take turns.
  workers: 2,
  fullyParallel: false,
  // What passes only then is told as flaky.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    video: 'off',
    trace: 'off',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  }
});
