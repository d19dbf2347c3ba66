import { Token } from '@lumino/coreutils';

import type { Settings, Stored } from '../settings';
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

/** What is wanted of the others inside of documents, as it is at the moment. */
export type CursorSettings = Settings<CursorOptions>;

/** Read settings; what is missing or of another kind is as by default. */
export function readCursorOptions(settings: Stored): CursorOptions {
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
