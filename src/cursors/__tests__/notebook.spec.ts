import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { FakeNotebook, FRAME, HEIGHT } from '../../ui/__tests__/notebook';
import { NotebookPresence } from '../notebook';
import { DEFAULTS } from '../settings';
import type { CursorSettings } from '../settings';
import { setUp } from './people';

beforeEach(() => {
  jest.useFakeTimers();
  Object.assign(globalThis, {
    ResizeObserver: class {
      observe = () => undefined;
      disconnect = () => undefined;
    }
  });
});
afterEach(() => jest.useRealTimers());

it('goes to who is out of sight once their cell is drawn, however long that takes', async () => {
  const notebook = new FakeNotebook(40);
  const panel = Object.assign(new Widget(), { content: notebook });
  const { tracker, frame, join } = setUp('');
  const settings = { options: DEFAULTS, changed: new Signal({}) } as unknown as CursorSettings;
  const trans = nullTranslator.load('jupyter_collab');
  Widget.attach(panel, document.body);
  new NotebookPresence(panel as unknown as NotebookPanel, tracker, settings, trans);
  notebook.draw(20);
  join('grace').say({ cells: { mode: 'command', active: 'c30' } });
  frame();
  await jest.advanceTimersByTimeAsync(1_000);
  const badge = panel.node.querySelector<HTMLElement>('.jp-CollabBadge[data-where=below]');
  expect(badge?.title).toContain('grace');
  badge?.dispatchEvent(new MouseEvent('click', { detail: 1 })); // with the mouse
  await jest.advanceTimersByTimeAsync(15_000);
  expect(notebook.scrollTop).toBe(0);
  notebook.draw(40);
  await jest.advanceTimersByTimeAsync(200);
  expect(notebook.scrollTop).toBe(30.5 * HEIGHT - FRAME.height / 2);
  panel.dispose();
});
