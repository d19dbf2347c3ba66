import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { watchShutDown } from '../connection';

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
