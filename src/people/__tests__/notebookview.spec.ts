import type { YNotebook } from '@jupyter/ydoc';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';

import type { Peer } from '../../presence';
import { FakeNotebook, FRAME, HEIGHT } from '../../ui/__tests__/notebook';
import { NotebookView } from '../views/notebook';

function viewOn(notebook: FakeNotebook): NotebookView {
  const panel = Object.assign(new Widget(), { content: notebook }) as unknown as NotebookPanel;
  return new NotebookView(panel, { cells: [], ydoc: null } as unknown as YNotebook);
}

describe('what others see of a notebook', () => {
  it('is shown once the cell is drawn, and all below by which the page can scroll', async () => {
    const notebook = new FakeNotebook(12);
    const view = viewOn(notebook);
    expect(await view.show({ cell: 'c11', share: 0.5 })).toBe(false);
    expect(notebook.scrolls).toEqual([]); // JupyterLab would wait for it, and scroll at any time
    notebook.draw(12);
    expect(await view.show({ cell: 'c11', share: 0.5 })).toBe(false);
    notebook.insert(20);
    notebook.draw(20);
    expect(await view.show({ cell: 'c11', share: 0.5 })).toBe(true);
    expect(notebook.scrollTop).toBe(11.5 * HEIGHT);
  });

  it('is shown where a code cell that was drawn before is only hidden', async () => {
    const notebook = new FakeNotebook(40, true);
    const view = viewOn(notebook);
    notebook.draw(40); // of which what is out of sight has no height
    expect(await view.show({ cell: 'c20', share: 0 })).toBe(true);
    expect(notebook.scrollTop).toBe(20 * HEIGHT);
  });

  it('is not moved to once it is not wanted any more', async () => {
    const notebook = new FakeNotebook(40, true);
    const view = { cell: 'c20', share: 0.5 };
    expect(await viewOn(notebook).show(view, () => false)).toBe(false);
    expect(notebook.scrollTop).toBe(20 * HEIGHT); // which JupyterLab did
  });
});

describe('going to somebody in a notebook', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('waits until their cell is drawn, and shows it', async () => {
    const notebook = new FakeNotebook(40);
    const peer = { state: { cells: { mode: 'command', active: 'c30' } } } as unknown as Peer;
    const going = viewOn(notebook).goTo(peer);
    await jest.advanceTimersByTimeAsync(15_000);
    notebook.draw(40);
    await jest.advanceTimersByTimeAsync(200);
    expect(await going).toBe(true);
    expect(notebook.scrollTop).toBe(30.5 * HEIGHT - FRAME.height / 2);
    expect(notebook.widgets[30]?.node.className).toContain('jp-CollabFlash');
  });
});
