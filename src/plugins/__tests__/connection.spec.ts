import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { ServiceManager } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { connectionLost, untilBack, watchShutDown } from '../connection';

type Executed = CommandRegistry.ICommandExecutedArgs;

describe('watchShutDown', () => {
  it.each([
    ['shuts down the server', 'filemenu:shutdown', true, true],
    ['thinks better of it', 'filemenu:shutdown', false, false],
    ['does something else, at a dialog', 'docmanager:save', true, false]
  ])('tells where somebody %s', async (_, id, isDialogShown, expected) => {
    const commandExecuted = new Signal<CommandRegistry, Executed>({} as never);
    const isShutDown = watchShutDown({ commandExecuted }, () => isDialogShown);
    expect(isShutDown()).toBe(false);
    const result = Promise.resolve();
    commandExecuted.emit({ id, args: {}, result });
    await result;
    expect(isShutDown()).toBe(expected);
  });
});

describe('untilBack', () => {
  it('waits until the server itself answers, whatever it says', async () => {
    jest.useFakeTimers();
    const answers = [null, 502, null, 503, 403];
    const fetch = jest.fn(async () => {
      const status = answers.shift() ?? null;
      return status === null
        ? Promise.reject(new TypeError('Failed to fetch'))
        : Promise.resolve(new Response('', { status }));
    });
    const settings = ServerConnection.makeSettings({ fetch });
    const back = jest.fn();
    const looked = untilBack(settings).then(back);
    for (let times = 1; times < 5; times++) {
      await jest.advanceTimersByTimeAsync(3_000);
      expect([fetch.mock.calls.length, back.mock.calls.length]).toEqual([times, 0]);
    }
    await jest.advanceTimersByTimeAsync(3_000);
    await looked;
    expect(answers).toEqual([]);
    jest.useRealTimers();
  });
});

describe('connectionLost', () => {
  const refreshRunning = jest.fn().mockResolvedValue(undefined);
  const answers: (Response | null)[] = [];
  const serverSettings = ServerConnection.makeSettings({
    fetch: async () => answers.shift() ?? Promise.reject(new TypeError('Failed to fetch'))
  });
  const manager = { serverSettings, sessions: { refreshRunning } };

  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
    Notification.manager.dismiss();
  });

  /** The server is lost at a page; the promise resolves once it is back. */
  async function lose(): Promise<void> {
    const commandExecuted = new Signal<CommandRegistry, Executed>({} as never);
    const app = { commands: { commandExecuted } } as unknown as JupyterFrontEnd;
    const tell = await connectionLost.activate(app);
    await tell(manager as unknown as ServiceManager.IManager, {} as never);
  }

  it('has the documents connect as soon as the server is found, and ends the notice then', async () => {
    const heard = jest.fn();
    window.addEventListener('jupyter-collab-reachable', heard);
    answers.push(null, new Response(''));
    const back = lose();
    await jest.advanceTimersByTimeAsync(3_000);
    expect([heard.mock.calls.length, Notification.manager.count]).toEqual([0, 1]);
    await jest.advanceTimersByTimeAsync(3_000);
    await back;
    expect([heard.mock.calls.length, Notification.manager.count]).toEqual([1, 0]);
    window.removeEventListener('jupyter-collab-reachable', heard);
  });

  it.each([
    ['somebody who has the server', undefined, 'Go on editing'],
    ['a guest who may edit', 'edit', 'Go on editing'],
    ['a guest who may only view', 'view', 'You see the changes of others']
  ])('tells %s what goes on', async (_, role, expected) => {
    const guest = { username: 'guest-1', documents: [{ path: 'a.ipynb', role }] };
    const config = role === undefined ? {} : { guest };
    PageConfig.setOption('jupyterCollab', JSON.stringify(config));
    answers.push(new Response(''));
    const back = lose();
    await jest.advanceTimersByTimeAsync(0);
    expect(Notification.manager.notifications[0]?.message).toContain(expected);
    await jest.advanceTimersByTimeAsync(3_000);
    await back;
    PageConfig.setOption('jupyterCollab', '');
  });
});
