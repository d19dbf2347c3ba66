import { Widget } from '@lumino/widgets';

import { ICONS } from '../ui/icons';

/** Says, in the bar of a document, that it may only be viewed; `reason` tells why. */
export class ViewOnlyBadge extends Widget {
  constructor(label: string, reason: string) {
    super();
    this.addClass('jp-CollabViewOnly');
    this.node.title = reason;
    // Those who cannot point at it get to it by the keyboard, and hear it.
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'note');
    this.node.setAttribute('aria-label', `${label}. ${reason}`);
    const text = document.createElement('span');
    text.textContent = label;
    this.node.append(ICONS.viewing.element({ tag: 'span' }), text);
  }
}
