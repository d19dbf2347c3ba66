import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

/** Where everything that a person wants to see of the others is set. */
export const PRESENCE_SETTINGS = 'jupyter-collab:presence';

/** Settings as they are stored: anything may be in them. */
export interface Stored {
  readonly [name: string]: unknown;
}

/** What a person has set, as it is at the moment; by default until the settings are loaded. */
export class Settings<Options> {
  /** `read` makes options of settings, and defaults of what is missing there. */
  constructor(private readonly _read: (stored: Stored) => Options) {
    this._options = _read({});
  }

  get options(): Options {
    return this._options;
  }

  get changed(): ISignal<this, Options> {
    return this._changed;
  }

  /** Follow the settings of `plugin` from now on; without a registry, all stays as by default. */
  async load(registry: Pick<ISettingRegistry, 'load'> | null, plugin: string): Promise<void> {
    try {
      const settings = await registry?.load(plugin);
      settings?.changed.connect(({ composite }) => this._set(composite));
      this._set(settings?.composite ?? {});
    } catch (error) {
      console.warn(`The settings of ${plugin} cannot be read:`, error);
    }
  }

  private _set(stored: Stored): void {
    this._options = this._read(stored);
    this._changed.emit(this._options);
  }

  private _options: Options;
  private readonly _changed = new Signal<this, Options>(this);
}
