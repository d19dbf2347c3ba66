import { readFile, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Bot } from './bots';
import { notebook, openDocument, typeInCell } from './documents';
import { expect, test } from './fixtures';
import type { LabServer } from './lab-server';

/**
 * A measurement, and no test: what a crowd costs one page and the server. Its figures are in
 * docs/performance.md, with how to run it.
 */
const PEOPLE = Number(process.env['COLLAB_CROWD'] ?? '0');

/** How often each of them moves, in times a second. */
const MOVES = 5;

const SECONDS = 20;

test('what a crowd that moves costs', async ({ ownLab, join, summon }) => {
  test.skip(PEOPLE === 0, 'set COLLAB_CROWD to the number of people');
  test.setTimeout(600_000);
  const lines = Array.from({ length: 5 }, (_, n) => `value_${n} = compute(${n})`).join('\n');
  await ownLab.write('crowd.ipynb', notebook(Array.from({ length: 40 }, () => lines)));
  const ada = await join('Ada', { lab: ownLab });
  await openDocument(ada, 'crowd.ipynb');
  await typeInCell(ada, 0, '!');
  const rows = [await measure('nobody else', ada, ownLab)];
  const bots: Bot[] = [];
  for (let n = 0; n < PEOPLE; n++) {
    bots.push(await summon(`Person ${n}`, 'crowd.ipynb', ownLab));
  }
  bots.forEach((bot, n) => bot.writeInCell(n % 40, n % 60));
  await expect(ada.locator('.jp-CollabPeople .jp-mod-more')).toHaveText(`+${PEOPLE - 5}`);
  rows.push(await measure(`${PEOPLE} who rest`, ada, ownLab));
  let step = 0;
  const timers = bots.map((bot, n) =>
    setInterval(() => bot.writeInCell(n % 40, (n * 7 + step++) % 100), 1000 / MOVES)
  );
  rows.push(await measure(`${PEOPLE} who move ${MOVES} times a second`, ada, ownLab));
  await ada.screenshot({ path: 'test-results/crowd.png' });
  timers.forEach(clearInterval);
  const table = rows.map(row => `| ${row.join(' | ')} |`).join('\n');
  const head =
    '| | frames p50 / p99 / longest ms | long tasks | key p50 / worst ms | server CPU % |';
  await writeFile('test-results/crowd.md', `${head}\n|---|---|---|---|---|\n${table}\n`);
});

/** Some seconds in which Ada types three keys a second. */
async function measure(what: string, page: Page, lab: LabServer): Promise<string[]> {
  await page.waitForTimeout(3000);
  const cpu = await cpuSeconds(lab);
  const watching = page.evaluate(watch, SECONDS);
  for (let n = 0; n < SECONDS * 3 - 6; n++) {
    await page.keyboard.press('a');
    await page.waitForTimeout(330);
  }
  const { gaps, tasks, keys } = await watching;
  const used = (await cpuSeconds(lab)) - cpu;
  const total = tasks.reduce((sum, each) => sum + each, 0);
  return [
    what,
    `${quantile(gaps, 0.5)} / ${quantile(gaps, 0.99)} / ${quantile(gaps, 1)}`,
    tasks.length === 0
      ? '0'
      : `${tasks.length}, ${Math.round(total)} ms in all, longest ${quantile(tasks, 1)} ms`,
    `${quantile(keys, 0.5)} / ${quantile(keys, 1)}`,
    `${Math.round((used / SECONDS) * 100)}`
  ];
}

/** In the page: times between frames, long tasks, and from each key until it is painted, in ms. */
async function watch(
  seconds: number
): Promise<{ gaps: number[]; tasks: number[]; keys: number[] }> {
  const [tasks, keys]: [number[], number[]] = [[], []];
  const observe = (type: string, take: (entry: PerformanceEntry) => void) => {
    const observer = new PerformanceObserver(list => list.getEntries().forEach(take));
    observer.observe({ type, durationThreshold: 16 } as PerformanceObserverInit);
    return observer;
  };
  const observers = [
    observe('longtask', ({ duration }) => tasks.push(duration)),
    observe('event', ({ name, duration }) => {
      if (name === 'keydown') {
        keys.push(duration);
      }
    })
  ];
  const gaps: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let last = performance.now(); last < end;) {
    const now = await new Promise<number>(resolve => requestAnimationFrame(resolve));
    gaps.push(now - last);
    last = now;
  }
  observers.forEach(observer => observer.disconnect());
  return { gaps, tasks, keys };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
}

/** What the server's process has used since its start: fields 14 and 15 of proc(5), in ticks. */
async function cpuSeconds({ pid }: LabServer): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
