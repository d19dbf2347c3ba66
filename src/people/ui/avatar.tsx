import * as React from 'react';

import { textOn } from '../../presence';
import type { User } from '../../presence';

/** A person's colour, and what is written on it, as the variables that the style reads. */
export function colorsOf({ color }: User): { readonly [variable: `--${string}`]: string } {
  return { '--jp-collab-color': color, '--jp-collab-text': textOn(color) };
}

/** The initials of somebody in their colour. Whoever shows it says the name. */
export function Avatar({ user }: { readonly user: User }): React.JSX.Element {
  return (
    <span className="jp-CollabAvatar" style={colorsOf(user)} aria-hidden="true">
      {user.initials}
    </span>
  );
}
