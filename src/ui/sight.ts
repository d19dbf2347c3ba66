import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';

import { isModifier, MOVES } from './moves';

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

/**
 * Bring a cell to sight, and look again until it is there, however slow the page is; `false` where the
 * person at it does something else meanwhile, or the cell is folded away or deleted.
 */
export async function bringToSight(notebook: Notebook, cell: Cell): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  const onMove = (event: Event) => {
    // Who asked for this may hold the key still.
    const isOld = event instanceof KeyboardEvent && event.repeat;
    if (!isOld && !isModifier(event)) {
      over.abort();
    }
  };
  for (const type of MOVES) {
    document.addEventListener(type, onMove, { capture: true, passive: true, signal });
  }
  try {
    do {
      await scrollNear(notebook, notebook.widgets.indexOf(cell), 'center');
      if (!signal.aborted && isDrawn(cell.node) && center(cell.node, notebook.outerNode)) {
        return true;
      }
    } while (!signal.aborted && !cell.isHidden && !cell.isDisposed);
    return false;
  } finally {
    over.abort(); // and listen no longer
  }
}

/** Scroll so that `node` is in sight, if it is not; whether it is now. */
function center(node: HTMLElement, scroller: HTMLElement): boolean {
  if (!isInSight(node, scroller)) {
    // JupyterLab scrolls nowhere where it believes that it has done so.
    scroller.scrollTop += middleOf(node) - middleOf(scroller);
  }
  return isInSight(node, scroller);
}

/** Whether all of `node` is seen, or the middle of what is seen is a part of it. */
function isInSight(node: HTMLElement, scroller: HTMLElement): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  const middle = middleOf(scroller);
  return (
    (top >= frame.top - TOLERANCE && bottom <= frame.bottom + TOLERANCE) ||
    (top < middle && bottom > middle)
  );
}

function middleOf(node: HTMLElement): number {
  const { top, bottom } = node.getBoundingClientRect();
  return (top + bottom) / 2;
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
