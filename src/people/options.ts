import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

/** What a person wants to see of the others around documents, and to be seen of themselves. */
export interface PeopleOptions {
  /** Avatars in the bar of a document. */
  readonly avatars: boolean;
  /** Marks in the file browser at files that others have open. */
  readonly fileMarks: boolean;
  /** Tell screen readers who joins and leaves. */
  readonly announcements: boolean;
  /** Show a notice when somebody presents. */
  readonly invitations: boolean;
  /** Tell the others which part of a document we see, so that they can follow us. */
  readonly followable: boolean;
}

const NAMES = [
  'avatars',
  'fileMarks',
  'announcements',
  'invitations',
  'followable'
] as const satisfies readonly (keyof PeopleOptions)[];

/** The options as they are at the moment. */
export class PeopleSettings {
  get options(): PeopleOptions {
    return this._options;
  }

  get changed(): ISignal<this, PeopleOptions> {
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

  private _options = readOptions({});
  private readonly _changed = new Signal<this, PeopleOptions>(this);
}

/** Everything is on unless it is switched off. */
export function readOptions(settings: { readonly [name: string]: unknown }): PeopleOptions {
  const entries = NAMES.map(name => [name, settings[name] !== false] as const);
  return Object.fromEntries(entries) as unknown as PeopleOptions;
}

/** What is wanted of presence around documents. */
export const IPeopleSettings = new Token<PeopleSettings>(
  'jupyter-collab:IPeopleSettings',
  'What a person wants to see of the others.'
);
