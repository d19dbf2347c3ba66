import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import { Settings } from '../settings';
import type { Stored } from '../settings';

/** Settings as the registry has them, to be changed at will. */
class FakeSettings {
  constructor(public composite: Stored) {}

  readonly changed = new Signal<FakeSettings, void>(this);

  set(composite: Stored): void {
    this.composite = composite;
    this.changed.emit();
  }
}

function registryOf(load: () => Promise<FakeSettings>): Pick<ISettingRegistry, 'load'> {
  return { load } as unknown as Pick<ISettingRegistry, 'load'>;
}

const read = ({ size = 1 }: Stored) => ({ size });

describe('settings', () => {
  it('are those by default until they are loaded, and then follow every change', async () => {
    const stored = new FakeSettings({ size: 2 });
    const settings = new Settings(read);
    const told: unknown[] = [];
    settings.changed.connect((_, { size }) => told.push(size));
    expect(settings.options).toEqual({ size: 1 });
    await settings.load(
      registryOf(() => Promise.resolve(stored)),
      'a:b'
    );
    stored.set({ size: 3 });
    expect(told).toEqual([2, 3]);
    expect(settings.options).toEqual({ size: 3 });
  });

  it('stay as by default without a registry, and where they cannot be read', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const settings = new Settings(read);
    await settings.load(null, 'a:b');
    expect(warn).not.toHaveBeenCalled();
    await settings.load(
      registryOf(() => Promise.reject(new Error('no schema'))),
      'a:b'
    );
    expect(warn).toHaveBeenCalledTimes(1);
    expect(settings.options).toEqual({ size: 1 });
    warn.mockRestore();
  });
});
