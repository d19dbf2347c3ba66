import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { LabelRules } from './labels';

/** What a person wants to see of the others inside of documents. */
export interface CursorOptions extends LabelRules {
  /** Carets and selections in text. */
  readonly cursors: boolean;
  /** Marks at the cells in which others are. */
  readonly cellMarks: boolean;
  /** Badges that tell who is above or below. */
  readonly badges: boolean;
}

export const DEFAULTS: CursorOptions = {
  cursors: true,
  names: 'moving',
  seconds: 3,
  cellMarks: true,
  badges: true
};

const NAMES: readonly LabelRules['names'][] = ['moving', 'hover', 'always', 'never'];

/** The options as they are at the moment. */
export class CursorSettings {
  get options(): CursorOptions {
    return this._options;
  }

  get changed(): ISignal<this, CursorOptions> {
    return this._changed;
  }

  /** Follow these settings from now on. */
  follow(settings: ISettingRegistry.ISettings): void {
    const read = () => {
      this._options = readOptions(settings.composite);
      this._changed.emit(this._options);
    };
    settings.changed.connect(read);
    read();
  }

  private _options = DEFAULTS;
  private readonly _changed = new Signal<this, CursorOptions>(this);
}

/** Read settings; what is missing or of another kind is as by default. */
export function readOptions(settings: { readonly [name: string]: unknown }): CursorOptions {
  const { cursors, cursorNames, cursorNameSeconds, cellMarks, badges } = settings;
  const names = NAMES.find(name => name === cursorNames) ?? DEFAULTS.names;
  const isTime = typeof cursorNameSeconds === 'number' && cursorNameSeconds > 0;
  return {
    cursors: cursors !== false,
    names,
    seconds: isTime ? cursorNameSeconds : DEFAULTS.seconds,
    cellMarks: cellMarks !== false,
    badges: badges !== false
  };
}

/** What a person wants to see of the others inside of documents. */
export const ICursorSettings = new Token<CursorSettings>(
  'jupyter-collab:ICursorSettings',
  'What is to be seen of others inside of documents.'
);
