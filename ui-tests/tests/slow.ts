import type { BrowserContext, Page } from '@playwright/test';

/** So many times slower than the machine allows are pages, to find tests that race with them. */
const SLOW = Number(process.env['COLLAB_SLOW'] ?? 1);

/** Make the pages of these as slow as `COLLAB_SLOW` says. */
export async function slowDown(context: BrowserContext): Promise<void> {
  if (SLOW === 1) {
    return;
  }
  const slow = async (page: Page) => {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW });
  };
  // One that is closed before it was slowed down needs nothing.
  context.on('page', page => void slow(page).catch(() => undefined));
  await Promise.all(context.pages().map(slow));
}
