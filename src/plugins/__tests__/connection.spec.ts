import { ServerConnection } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { untilBack, watchShutDown } from '../connection';

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
