import * as React from 'react';

import { isGuest, textOn } from '../../presence';
import type { User } from '../../presence';

/** A person's colour, and what is written on it, as the variables that the style reads. */
function colorsOf({ color }: User): { readonly [variable: `--${string}`]: string } {
  return { '--jp-collab-color': color, '--jp-collab-text': textOn(color) };
}

/** Have the style of `node` read these. */
export function paint(node: HTMLElement, user: User): void {
  Object.entries(colorsOf(user)).forEach(([name, value]) => node.style.setProperty(name, value));
}

/** The classes of an avatar: guests have another shape than those who have the server. */
export function classesOf(user: User): string {
  return isGuest(user) ? 'jp-CollabAvatar jp-mod-guest' : 'jp-CollabAvatar';
}

/** The initials of somebody in their colour. Whoever shows it says the name. */
export function Avatar({ user }: { readonly user: User }): React.JSX.Element {
  return (
    <span className={classesOf(user)} style={colorsOf(user)} aria-hidden="true">
      {user.initials}
    </span>
  );
}
