import { bringToSight } from '../sight';
import { FakeNotebook, FRAME, HEIGHT } from './notebook';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Go to the last of 40 cells, and know whether it has ended, and how. */
function going(notebook: FakeNotebook) {
  const cell = notebook.widgets[39];
  if (cell === undefined) {
    throw new Error('There is no such cell.');
  }
  const ended: boolean[] = [];
  void bringToSight(notebook.notebook, cell).then(isThere => ended.push(isThere));
  return { cell, ended };
}

const END = 40 * HEIGHT - FRAME.height;
const LONG = 15_000;

describe('going to a cell', () => {
  it('gets there as soon as the page has drawn it, however slow it is', async () => {
    const notebook = new FakeNotebook(40);
    const { ended } = going(notebook);
    notebook.draw(20);
    await jest.advanceTimersByTimeAsync(LONG);
    expect([ended, notebook.scrolls]).toEqual([[], []]); // nothing that would come true any time later
    notebook.draw(40);
    await jest.advanceTimersByTimeAsync(200);
    expect([ended, notebook.scrollTop]).toEqual([[true], END]);
  });

  it.each([true, false])('gets there where JupyterLab ends elsewhere (windowed: %s)', async how => {
    const notebook = new FakeNotebook(40, how);
    notebook.draw(40);
    let asked = 0;
    // As where another scroll comes first, and where the list believes that it is there.
    notebook.scrolling = () => (notebook.outerNode.scrollTop = how && ++asked > 3 ? END - 50 : 0);
    const { ended } = going(notebook);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([ended, notebook.scrollTop]).toEqual([[true], END]);
  });

  it('goes nowhere else any more once it is there', async () => {
    const notebook = new FakeNotebook(40);
    notebook.draw(40);
    const { ended } = going(notebook);
    await jest.advanceTimersByTimeAsync(200);
    notebook.outerNode.scrollTop = 0;
    await jest.advanceTimersByTimeAsync(LONG);
    expect([ended, notebook.scrollTop, notebook.scrolls]).toEqual([[true], 0, [39]]);
  });

  it.each([
    ['a wheel', new Event('wheel', { bubbles: true })],
    ['a press', new Event('pointerdown', { bubbles: true })],
    ['a key', new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true })]
  ])('is given up with %s, and not before', async (_, event) => {
    const notebook = new FakeNotebook(40);
    const { ended } = going(notebook);
    for (const held of [{ key: 'Enter', repeat: true }, { key: 'Shift' }]) {
      notebook.outerNode.dispatchEvent(new KeyboardEvent('keydown', { ...held, bubbles: true }));
    }
    await jest.advanceTimersByTimeAsync(LONG);
    expect(ended).toEqual([]);
    notebook.outerNode.dispatchEvent(event);
    notebook.draw(40);
    await jest.advanceTimersByTimeAsync(LONG);
    expect([ended, notebook.scrollTop]).toEqual([[false], 0]);
  });

  it.each(['isHidden', 'isDisposed'] as const)('is given up where the cell %s', async state => {
    const { cell, ended } = going(new FakeNotebook(40));
    Object.assign(cell, { [state]: true });
    await jest.advanceTimersByTimeAsync(LONG);
    expect(ended).toEqual([false]);
  });
});
