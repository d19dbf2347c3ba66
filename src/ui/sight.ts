import type { Notebook } from '@jupyterlab/notebook';

/** A difference of fewer pixels is none: heights are rounded, and two who follow each other rest. */
export const TOLERANCE = 3;

/** Whether a cell takes any room: those that scrolled away are taken out, or only hidden. */
export function isDrawn(node: HTMLElement): boolean {
  return node.isConnected && node.getBoundingClientRect().height > 0;
}

/**
 * Scroll to a cell as JupyterLab does, which may not get there.
 *
 * Where all cells are drawn in their turn, JupyterLab waits for this one, gives up after a while, and
 * else scrolls whenever it comes, whatever was done meanwhile: look again instead.
 */
export async function scrollNear(
  notebook: Notebook,
  index: number,
  align: 'start' | 'center'
): Promise<void> {
  const node = notebook.widgets[index]?.node;
  if (node !== undefined && (notebook.notebookConfig.windowingMode === 'full' || isDrawn(node))) {
    await notebook.scrollToItem(index, align).catch(() => undefined); // something else scrolls
  }
  await nextFrame();
}

export function nextFrame(): Promise<void> {
  return new Promise(resolve => {
    // A page in the background has no frames, and must not wait for one for ever.
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
