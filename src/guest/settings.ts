import { PageConfig } from '@jupyterlab/coreutils';
import type { Setting } from '@jupyterlab/services';
import type { ISettingConnector, ISettingRegistry } from '@jupyterlab/settingregistry';

type Plugin = ISettingRegistry.IPlugin;

/**
 * The settings of guests: the defaults are the server's, what a guest has changed of them, such as
 * the theme, is kept in this browser. The server keeps nothing of guests.
 */
export class GuestSettings implements ISettingConnector {
  /** `kept` is where changes are kept, under names that begin with `prefix`. */
  constructor(
    private readonly _defaults: Pick<Setting.IManager, 'fetch' | 'list'>,
    private readonly _kept: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly _prefix: string
  ) {}

  async fetch(id: string): Promise<Plugin> {
    return this._changed(await this._defaults.fetch(id));
  }

  /** All, the `ids` only, or those that are `active`: of plugins that this page has. */
  async list(query = 'all'): Promise<{ ids: string[]; values: Plugin[] }> {
    const { ids, values } = await this._defaults.list(query === 'ids' ? 'ids' : undefined);
    if (query === 'ids') {
      return { ids, values: [] };
    }
    const isWanted = (id: string) => query === 'all' || !PageConfig.Extension.isDisabled(id);
    return {
      ids: ids.filter(isWanted),
      values: values.filter(({ id }) => isWanted(id)).map(plugin => this._changed(plugin))
    };
  }

  async save(id: string, raw: string): Promise<void> {
    this._kept.setItem(this._prefix + id, raw);
    return Promise.resolve();
  }

  async remove(id: string): Promise<void> {
    this._kept.removeItem(this._prefix + id);
    return Promise.resolve();
  }

  private _changed(plugin: Plugin): Plugin {
    const raw = this._kept.getItem(this._prefix + plugin.id);
    return raw === null ? plugin : { ...plugin, raw };
  }
}
