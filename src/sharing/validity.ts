import type { TranslationBundle } from '@jupyterlab/translation';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Seconds that a link is valid, or `null` until it is revoked. */
export type Validity = number | null;

/** What one would choose if one did not think about it. */
export const USUAL_VALIDITY = DAY;

/** For how long a JupyterHub lets people in by a link; a year is its longest. */
export const CODE_VALIDITIES = [HOUR, DAY, WEEK, 365 * DAY] as const;

/** What there is to choose from, where the server allows `longest` at most. */
export function validities(longest: Validity): readonly Validity[] {
  const usual = [HOUR, DAY, WEEK];
  if (longest === null) {
    return [...usual, null];
  }
  const allowed = usual.filter(validity => validity <= longest);
  return allowed.includes(longest) ? allowed : [...allowed, longest];
}

export function sayValidity(validity: Validity, trans: TranslationBundle): string {
  switch (validity) {
    case null:
      return trans.__('Until revoked');
    case HOUR:
      return trans.__('For an hour');
    case DAY:
      return trans.__('For a day');
    case WEEK:
      return trans.__('For a week');
    default:
      return sayLength(validity, trans);
  }
}

/** Never longer than it is. */
function sayLength(seconds: number, trans: TranslationBundle): string {
  if (seconds >= 2 * DAY) {
    return trans._n('For %1 day', 'For %1 days', Math.floor(seconds / DAY));
  }
  return seconds >= 2 * HOUR
    ? trans._n('For %1 hour', 'For %1 hours', Math.floor(seconds / HOUR))
    : trans._n('For %1 minute', 'For %1 minutes', Math.floor(seconds / MINUTE));
}
