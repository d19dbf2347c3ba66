import { InputDialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { setUp } from '../../presence/__tests__/crowd';
import { addCommands, Commands } from '../commands';
import type { Parts } from '../commands';

function addTo(commands: CommandRegistry) {
  const crowd = setUp();
  const follow = jest.fn();
  const changed = new Signal<object, void>({});
  const parts = {
    places: { current: null, currentChanged: changed },
    everybody: crowd.roster,
    follower: { leader: null, changed, follow },
    presenter: { place: null, changed },
    trans: nullTranslator.load('jupyter_collab')
  };
  addCommands(commands, parts as unknown as Parts);
  return { ...crowd, follow };
}

it('asks for a person where none is named, and not where that person has left', async () => {
  const commands = new CommandRegistry();
  const { join, follow } = addTo(commands);
  join('bob');
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

it('has two people of one name told by their colours, and finds the one who was chosen', async () => {
  const commands = new CommandRegistry();
  const { join, follow } = addTo(commands);
  const user = { display_name: 'Guest Io' };
  join('guest-1', { user: { ...user, username: 'guest-1', color: '#6090fc' } });
  join('guest-2', { user: { ...user, username: 'guest-2', color: '#30a878' } });
  join('bob');
  const value = 'Guest Io, viewing (green)';
  const ask = jest
    .spyOn(InputDialog, 'getItem')
    .mockResolvedValue({ value, button: {} as never, isChecked: null });
  await commands.execute(Commands.follow);
  expect([...(ask.mock.calls[0]?.[0].items ?? [])].sort()).toEqual([
    'BOB, viewing',
    value,
    'Guest Io, viewing (light blue)'
  ]);
  expect(follow.mock.calls).toEqual([['guest-2']]);
  ask.mockRestore();
});
