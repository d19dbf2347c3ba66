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

/** What somebody who does not see a colour is told of it; of one that nobody is offered its digits. */
export function nameOfColor(color: string, trans: TranslationBundle): string {
  const names: { readonly [color: string]: string } = {
    '#6090fc': trans.__('light blue'),
    '#905400': trans.__('brown'),
    '#30a878': trans.__('green'),
    '#9c4854': trans.__('dark red'),
    '#6c30fc': trans.__('violet'),
    '#9c9000': trans.__('dark yellow'),
    '#006c84': trans.__('petrol'),
    '#b484a8': trans.__('mauve'),
    '#cc189c': trans.__('magenta'),
    '#6c8448': trans.__('olive'),
    '#fc546c': trans.__('light red')
  };
  return names[color] ?? color;
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
