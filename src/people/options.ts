import { Token } from '@lumino/coreutils';

import type { Settings, Stored } from '../settings';

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
  /** Tell the others which part of a document we see, so that those who follow us see the same. */
  readonly followable: boolean;
}

/** What is wanted of the others around documents, as it is at the moment. */
export type PeopleSettings = Settings<PeopleOptions>;

/** Everything is on unless it is switched off. */
export function readPeopleOptions(settings: Stored): PeopleOptions {
  const isOn = (name: keyof PeopleOptions) => settings[name] !== false;
  return {
    avatars: isOn('avatars'),
    fileMarks: isOn('fileMarks'),
    announcements: isOn('announcements'),
    invitations: isOn('invitations'),
    followable: isOn('followable')
  };
}

/** What is wanted of presence around documents. */
export const IPeopleSettings = new Token<PeopleSettings>(
  'jupyter-collab:IPeopleSettings',
  'What a person wants to see of the others.'
);
