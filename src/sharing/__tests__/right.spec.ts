import { ServerConnection } from '@jupyterlab/services';
import { CommandRegistry } from '@lumino/commands';

import type { SharingApi } from '../api';
import { addShareCommands, ShareCommands } from '../commands';
import { ShareRight } from '../right';
import type { Subjects } from '../subjects';

/** A page with something selected in its file browser, whose server grants what `told` has. */
function setUp(told: () => Promise<Response>) {
  const settings = ServerConnection.makeSettings({ fetch: told });
  const right = new ShareRight(settings);
  const commands = new CommandRegistry();
  const subjects = { selected: { path: 'a.txt' } } as unknown as Subjects;
  const api = {} as SharingApi;
  const trans = { __: (text: string) => text } as never;
  addShareCommands(commands, { subjects, sections: [], api, right, trans });
  const offered = () =>
    Object.values(ShareCommands).filter(id => commands.isVisible(id) && commands.isEnabled(id));
  return { right, commands, offered };
}

function granted(...contents: string[]): Promise<Response> {
  const answer = { identity: {}, permissions: { contents, updatable_fields: [] } };
  return Promise.resolve(new Response(JSON.stringify(answer)));
}

const ALL = Object.values(ShareCommands);

describe('what is offered of sharing', () => {
  it('is nothing until it is known who may write, and all for those', async () => {
    const { right, commands, offered } = setUp(async () => granted('write'));
    const changed = jest.fn();
    commands.commandChanged.connect(changed);
    expect(offered()).toEqual([]);
    await right.ask();
    expect(offered()).toEqual(ALL);
    expect(changed).toHaveBeenCalled();
  });

  it('is nothing for those who may only read, and goes with the right', async () => {
    let contents: string[] = [];
    const { right, offered } = setUp(async () => granted(...contents));
    await right.ask();
    expect(offered()).toEqual([]);
    contents = ['write'];
    await right.ask();
    expect(offered()).toEqual(ALL);
    contents = [];
    await right.ask();
    expect(offered()).toEqual([]);
  });

  it('is all where the server does not say: the dialog tells what is wrong', async () => {
    const { right, offered } = setUp(async () => Promise.reject(new Error('no network')));
    await right.ask();
    expect(offered()).toEqual(ALL);
  });
});
