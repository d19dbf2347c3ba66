import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { removeAwarenessStates } from 'y-protocols/awareness';

import { UnendedRuns } from '../unended';
import { Pages } from './pages';
import type { Page } from './pages';

/** Ada and Bob have a notebook open, and Ada's page looks for runs that nobody ends. */
function meet() {
  const pages = new Pages(2);
  const [ada, bob] = pages.all as [Page, Page];
  const asked: PromiseDelegate<unknown>[] = [];
  const kernel = {
    requestCommInfo: async () => {
      const question = new PromiseDelegate<unknown>();
      asked.push(question);
      return question.promise;
    }
  } as unknown as Kernel.IKernelConnection;
  let future: IDisposable | null = null;
  const unended = new UnendedRuns(
    ada.notebook,
    () => kernel,
    () => (future?.isDisposed === false ? future : null)
  );
  const { awareness } = ada.notebook;
  const bobs = bob.notebook.ydoc.clientID;
  awareness.states.set(bobs, {});
  awareness.meta.set(bobs, { clock: 1, lastUpdated: Date.now() });
  return {
    pages,
    ada,
    bob,
    unended,
    /** How many questions the kernel has got. */
    asked: () => asked.length,
    answer: async () => {
      asked.at(-1)?.resolve({});
      await new Promise(resolve => setTimeout(resolve));
      pages.sync();
    },
    /** As JupyterLab does where the kernel is gone, or is restarted by this page. */
    refuse: async () => {
      asked.at(-1)?.reject(new Error('Canceled'));
      await new Promise(resolve => setTimeout(resolve));
      pages.sync();
    },
    leave: () => removeAwarenessStates(awareness, [bobs], 'test'),
    run: ({ cell }: Page) => {
      cell.executionState = 'running';
      pages.sync();
    },
    /** Ada's page has a run of the cell. */
    begin: () => {
      future = new DisposableDelegate(() => (ada.cell.executionState = 'idle'));
    },
    tell: (session: string) => {
      const header = { session, msg_type: 'status' };
      unended.hear({ header, channel: 'iopub' } as unknown as KernelMessage.IMessage);
    },
    states: () => pages.all.map(({ cell }) => cell.executionState)
  };
}

const RUNNING = ['running', 'running'];
const IDLE = ['idle', 'idle'];

describe('a cell that is said to run (O19)', () => {
  it('does not where who ran it has left, as soon as the kernel has done so', async () => {
    const { run, leave, answer, states, asked, bob, ada } = meet();
    run(bob);
    leave();
    expect([states(), asked()]).toEqual([RUNNING, 1]);
    await answer();
    expect(states()).toEqual(IDLE);
    expect(ada.notebook.undoManager.canUndo()).toBe(false);
  });

  it('does not where who ran it had left before the notebook was opened', async () => {
    const { run, leave, answer, states, asked, unended, bob } = meet();
    leave();
    run(bob);
    expect(asked()).toBe(0);
    unended.look();
    await answer();
    expect(states()).toEqual(IDLE);
  });

  it('does where who ran it is there, or runs it again meanwhile', async () => {
    const { run, leave, answer, states, asked, unended, bob, ada, begin } = meet();
    run(bob);
    unended.look();
    expect(asked()).toBe(0);
    leave();
    begin();
    run(ada);
    await answer();
    expect(states()).toEqual(RUNNING);
  });

  it('does where the kernel is gone, which does not answer', async () => {
    const { run, leave, refuse, states, bob } = meet();
    run(bob);
    leave();
    await refuse();
    expect(states()).toEqual(RUNNING);
  });

  it('does not where it was deleted as it ran, and is put back', async () => {
    const { run, answer, states, bob, ada, pages, asked } = meet();
    run(bob);
    const { notebook } = ada;
    notebook.undoManager.clear();
    notebook.deleteCell(0);
    notebook.undo();
    pages.sync();
    expect([states(), asked()]).toEqual([RUNNING, 1]);
    await answer();
    expect(states()).toEqual(IDLE);
  });

  it('does not where somebody else has restarted the kernel', async () => {
    const { run, answer, states, asked, ada, begin, tell } = meet();
    tell('first');
    begin();
    run(ada);
    tell('first');
    expect(asked()).toBe(0);
    tell('second');
    expect(states()).toEqual(RUNNING);
    await answer();
    expect(states()).toEqual(IDLE);
  });

  it('does not where the kernel was asked before it was restarted', async () => {
    const { run, leave, answer, states, asked, bob, tell } = meet();
    tell('first');
    run(bob);
    leave();
    tell('second');
    expect(asked()).toBe(2);
    await answer();
    expect(states()).toEqual(IDLE);
  });

  it('does not where the connection was lost as it ended', async () => {
    const { run, states, asked, answer, unended, ada, begin } = meet();
    begin();
    run(ada);
    unended.look();
    expect(asked()).toBe(0);
    unended.look(true);
    expect(states()).toEqual(RUNNING);
    await answer();
    expect(states()).toEqual(IDLE);
  });

  it('does not where the kernel has answered while there was no connection', async () => {
    const { run, leave, states, asked, answer, unended, bob } = meet();
    run(bob);
    leave();
    unended.look(true);
    expect(asked()).toBe(2);
    await answer();
    expect(states()).toEqual(IDLE);
  });
});
