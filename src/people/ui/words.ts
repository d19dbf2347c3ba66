import type { TranslationBundle } from '@jupyterlab/translation';

import type { Activity, Person } from '../../presence';

/** What somebody does, as it stands after their name. */
export function doing(activity: Activity, trans: TranslationBundle): string {
  switch (activity) {
    case 'typing':
      return trans.__('typing');
    case 'running':
      return trans.__('running cells');
    case 'viewing':
      return trans.__('viewing');
  }
}

/** A person with what they do. */
export function nameAndDoing({ user, activity }: Person, trans: TranslationBundle): string {
  return trans.__('%1, %2', user.displayName, doing(activity, trans));
}

/** Some names in a sentence: one, or one and a number. */
export function some(names: readonly string[], trans: TranslationBundle): string {
  const [first = '', second = ''] = names;
  switch (names.length) {
    case 1:
      return first;
    case 2:
      return trans.__('%1 and %2', first, second);
    default:
      return trans.__('%1 and %2 others', first, names.length - 1);
  }
}
