import { PageConfig } from '@jupyterlab/coreutils';
import type { Setting } from '@jupyterlab/services';
import { SettingRegistry } from '@jupyterlab/settingregistry';

import { GuestSettings } from '../settings';

const THEMES = 'a-package:themes';
const OTHER = 'a-package:other';

function plugin(id: string) {
  const schema = {
    type: 'object',
    properties: { theme: { type: 'string', default: 'Light' } }
  } as const;
  return { id, raw: '{}', schema, version: '1', data: { composite: {}, user: {} } };
}

/** The settings as the page of a guest has them, in a browser that keeps what it is given. */
function open(): { connector: GuestSettings; registry: SettingRegistry } {
  const values = [plugin(THEMES), plugin(OTHER)];
  const defaults = {
    fetch: async (id: string) => Promise.resolve(plugin(id)),
    list: async () => Promise.resolve({ ids: values.map(({ id }) => id), values })
  } as unknown as Setting.IManager;
  const connector = new GuestSettings(defaults, window.localStorage, 'guest:');
  return { connector, registry: new SettingRegistry({ connector }) };
}

describe('settings of a guest', () => {
  afterEach(() => window.localStorage.clear());

  it('are the defaults until the guest changes them, and stay over a reload', async () => {
    const first = open().registry;
    expect((await first.get(THEMES, 'theme')).composite).toBe('Light');
    await first.set(THEMES, 'theme', 'Dark');
    expect((await first.get(THEMES, 'theme')).composite).toBe('Dark');
    const { registry } = open();
    expect((await registry.get(THEMES, 'theme')).composite).toBe('Dark');
    expect((await registry.get(OTHER, 'theme')).composite).toBe('Light');
  });

  it('are listed with what has been changed, without plugins that the page does not have', async () => {
    const disabled = jest.spyOn(PageConfig.Extension, 'isDisabled');
    disabled.mockImplementation(id => id === OTHER);
    const { connector } = open();
    await connector.save(THEMES, '{"theme": "Dark"}');
    const active = await connector.list('active');
    expect(active.ids).toEqual([THEMES]);
    expect(active.values.map(({ raw }) => raw)).toEqual(['{"theme": "Dark"}']);
    expect((await connector.list()).ids).toEqual([THEMES, OTHER]);
    await connector.remove(THEMES);
    expect((await connector.fetch(THEMES)).raw).toBe('{}');
    disabled.mockRestore();
  });
});
