import { CodeCell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import type { Notebook } from '@jupyterlab/notebook';
import { PromiseDelegate } from '@lumino/coreutils';
import type { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { setUp } from '../../presence/__tests__/crowd';
import type { Place } from '../places';
import { tellRunning } from '../tellrunning';
import { settle } from './pages';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

/** A cell, and what has the kernel asked for it. */
function asking() {
  const outputArea: { future?: { done: Promise<void> } } = {};
  const cell = Object.create(CodeCell.prototype, {
    outputArea: { value: outputArea },
    isDisposed: { value: false }
  }) as CodeCell;
  const ask = () => {
    const done = new PromiseDelegate<void>();
    outputArea.future = { done: done.promise };
    return done;
  };
  return { cell, ask };
}

describe('what we tell of cells that run', () => {
  function ran() {
    const { awareness, roster } = setUp();
    const running = new Map<Notebook, ReadonlySet<{ cell: CodeCell }>>();
    tellRunning({ of: () => ({ roster }) as Place }, running);
    const emit = (signal: unknown, notebook: Notebook, cell?: CodeCell) =>
      (signal as Signal<object, object>).emit({ notebook, cell });
    return {
      running,
      schedule: (notebook: Notebook, cell?: CodeCell) =>
        emit(NotebookActions.executionScheduled, notebook, cell),
      finish: (notebook: Notebook, cell?: CodeCell) =>
        emit(NotebookActions.executed, notebook, cell),
      told: (): unknown => awareness.getLocalState()?.running
    };
  }

  it('is that some do, until the last is done', () => {
    const { running, schedule, finish, told } = ran();
    const notebook = new Widget() as unknown as Notebook;
    schedule(notebook);
    schedule(notebook);
    finish(notebook);
    expect(told()).toBe(true);
    finish(notebook);
    expect([told(), running.size]).toEqual([false, 0]);
  });

  it('is none where the kernel is restarted, or a cell is run once more or deleted', async () => {
    const { schedule, finish, told } = ran();
    const notebook = new Widget() as unknown as Notebook;
    const { cell, ask } = asking();
    schedule(notebook, cell);
    const first = ask();
    await settle();
    expect(told()).toBe(true);
    schedule(notebook, cell);
    const second = ask();
    first.reject(new Error('Canceled'));
    await settle();
    expect(told()).toBe(true);
    second.reject(new Error('Canceled'));
    await settle();
    expect(told()).toBe(false);
    schedule(notebook, cell);
    ask().resolve();
    finish(notebook, cell);
    expect(told()).toBe(false);
    schedule(notebook, cell);
    await settle();
    expect(told()).toBe(false);
  });

  it('knows nothing of a notebook that is closed, whatever becomes of its cells', () => {
    const { running, schedule, finish } = ran();
    const notebook = new Widget() as unknown as Notebook;
    schedule(notebook);
    expect(running.size).toBe(1);
    notebook.dispose();
    expect(running.size).toBe(0);
    schedule(notebook);
    finish(notebook);
    expect(running.size).toBe(0);
  });
});
