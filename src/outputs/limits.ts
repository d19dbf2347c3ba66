import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import type { Stored } from '../settings';

/** How much of its outputs a cell keeps, for each time that it is run. */
export interface OutputLimits {
  /** Characters of printed text. */
  readonly text: number;
  /** Characters of everything else: images, tables, plots. */
  readonly data: number;
}

export const DEFAULTS: OutputLimits = { text: 200_000, data: 50_000_000 };

const MEGA = 1_000_000;

/**
 * Read settings; what is missing or of another kind is as by default, and nought is no limit.
 *
 * Outputs go to the server in one frame, so there is never more than half of `largestFrame` bytes.
 */
export function readLimits(settings: Stored, largestFrame = Infinity): OutputLimits {
  const most = largestFrame / 2;
  const read = (value: unknown, unit: number, otherwise: number) =>
    typeof value === 'number' && value >= 0 ? (value === 0 ? Infinity : value * unit) : otherwise;
  return {
    text: Math.min(most, read(settings.outputText, 1, DEFAULTS.text)),
    data: Math.min(most, read(settings.outputData, MEGA, DEFAULTS.data))
  };
}

/** About how many characters an output takes. */
export function sizeOf(value: ReadonlyPartialJSONValue | undefined): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (typeof value !== 'object' || value === null) {
    return 8;
  }
  const entries = Object.entries(value);
  return entries.reduce((sum, [key, member]) => sum + key.length + sizeOf(member), 2);
}

/** What people are told of outputs that are not kept. */
export class OutputWords {
  constructor(private readonly _trans: TranslationBundle) {}

  /** Stands where the middle of a text was left out. */
  readonly middle = (lines: number, characters: number): string =>
    this._frame(
      lines > 0
        ? this._trans.__(
            '%1 lines (%2 characters) are left out here.',
            lines.toLocaleString(),
            characters.toLocaleString()
          )
        : this._trans.__('%1 characters are left out here.', characters.toLocaleString())
    );

  /** Stands after the last text that was kept. */
  rest(limit: number): string {
    return this._frame(
      this._trans.__(
        'What was printed after this is left out: a cell keeps %1 characters.',
        limit.toLocaleString()
      )
    );
  }

  /** Stands after the last output that was kept, where there were very many. */
  restOfData(limit: number): string {
    return this._frame(
      this._trans.__(
        'What was shown after this is left out: a cell keeps %1 MB of images, tables and plots.',
        megabytes(limit)
      )
    );
  }

  /** Stands for an output of one or more kinds, such as `image/png`. */
  data(kinds: readonly string[], size: number, limit: number): string {
    return this._frame(
      this._trans.__(
        'An output of %1 MB (%2) is left out: a cell keeps %3 MB. Write it to a file instead.',
        megabytes(size),
        kinds.join(', '),
        megabytes(limit)
      )
    );
  }

  private _frame(sentence: string): string {
    return `[… ${sentence} ${this._trans.__('See Settings, Shared Outputs.')}]`;
  }
}

function megabytes(size: number): string {
  return (size / MEGA).toLocaleString(undefined, { maximumFractionDigits: 1 });
}
