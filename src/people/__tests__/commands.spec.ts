import { InputDialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { setUp } from '../../presence/__tests__/crowd';
import { addCommands, Commands } from '../commands';
import type { Parts } from '../commands';

it('asks for a person where none is named, and not where that person has left', async () => {
  const { roster, join } = setUp();
  join('bob');
  const follow = jest.fn();
  const changed = new Signal<object, void>({});
  const parts = {
    places: { current: null, currentChanged: changed },
    everybody: roster,
    follower: { leader: null, changed, follow },
    presenter: { place: null, changed },
    trans: nullTranslator.load('jupyter_collab')
  };
  const commands = new CommandRegistry();
  addCommands(commands, parts as unknown as Parts);
  const ask = jest
    .spyOn(InputDialog, 'getItem')
    .mockImplementation(async ({ items }) =>
      Promise.resolve({ value: items[0] ?? null, button: {} as never, isChecked: null })
    );
  await commands.execute(Commands.follow, { username: 'cleo' });
  expect([ask.mock.calls, follow.mock.calls]).toEqual([[], []]);
  await commands.execute(Commands.follow, { username: 'bob' });
  await commands.execute(Commands.follow);
  expect([ask.mock.calls.length, follow.mock.calls]).toEqual([1, [['bob'], ['bob']]]);
  ask.mockRestore();
});
