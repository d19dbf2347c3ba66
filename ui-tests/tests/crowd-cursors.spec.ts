import type { Page } from '@playwright/test';
import { eventually, notebook, openDocument, typeInCell } from './documents';
import { expect, test } from './fixtures';

const CROWD = 100;

test('one can write while a hundred people move', async ({ page, lab, tmpPath }) => {
  const path = `${tmpPath}/hundred.ipynb`;
  const cell = Array.from({ length: 5 }, (_, n) => `value_${n} = compute(${n})`).join('\n');
  await lab.write(path, notebook(Array.from({ length: 40 }, () => cell)));
  await openDocument(page, path);
  await typeInCell(page, 0, '!');
  await expect(page.locator('#jp-collab-status')).toContainText('Saved', { timeout: 30_000 });
  const leave = await crowdComes(page);
  await typeInCell(page, 0, '?'.repeat(20));
  await expect(page.locator('.jp-Notebook-cell').first()).toContainText(`!${'?'.repeat(20)}`);
  await eventually(async () => page.locator('.jp-CollabCaret').count()).toBeGreaterThan(10);
  await page.screenshot({ path: 'test-results/cursors-hundred.png' });
  await leave();
});

/** A hundred people who move ten times a second each, until what is returned is called. */
async function crowdComes(page: Page): Promise<() => Promise<void>> {
  const timer = await page.evaluate(count => {
    const model = window.jupyterapp.shell.currentWidget?.context?.model.sharedModel as unknown as {
      readonly awareness: FakeAwareness;
      readonly cells: readonly { readonly id: string; readonly ysource: FakeText }[];
    };
    const { awareness, cells } = model;
    const clients = Array.from({ length: count }, (_, n) => 1000 + n);
    const move = (client: number, step: number) => {
      const { id, ysource } = cells[client % cells.length] as (typeof cells)[number];
      const { client: author, clock } = ysource._start.id;
      const item = { client: author, clock: clock + ((client * 7 + step) % 60) };
      const place = { type: null, tname: null, item, assoc: 0 };
      awareness.meta.set(client, { clock: step, lastUpdated: Date.now() });
      awareness.states.set(client, {
        user: { username: `p${client}`, name: `Person ${client}`, color: '#e69f00', initials: 'P' },
        cursors: [{ anchor: place, head: place, primary: true, empty: true }],
        cells: { mode: 'edit', active: id, selected: [] }
      });
    };
    let step = 0;
    return window.setInterval(() => {
      step += 1;
      clients.forEach(client => move(client, step));
      awareness.emit('change', [{ added: [], updated: clients, removed: [] }, 'test']);
    }, 100);
  }, CROWD);
  return async () => page.evaluate(running => window.clearInterval(running), timer);
}

interface FakeAwareness {
  readonly meta: Map<number, object>;
  readonly states: Map<number, object>;
  readonly emit: (name: string, args: readonly unknown[]) => void;
}

interface FakeText {
  readonly _start: { readonly id: { readonly client: number; readonly clock: number } };
}
