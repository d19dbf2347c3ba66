import type { Widget } from '@lumino/widgets';
import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import type { Peer, View } from '../../presence';

/** The visible part of one open document: read, shown to others, and moved to theirs. */
export interface DocumentView extends IDisposable {
  /** The widget in the main area. */
  readonly widget: Widget;

  /** What the person at this page sees, or `null` where there is nothing to see. */
  read(): View | null;

  /** Show the same as somebody else sees. */
  show(view: View): Promise<void>;

  /** Bring to sight where somebody is; `false` where that is not known. */
  goTo(peer: Peer): Promise<boolean>;

  /** The visible part may be another one now. */
  readonly moved: ISignal<DocumentView, void>;
}

/** A difference of fewer pixels is none: heights are rounded, and two who follow each other rest. */
export const TOLERANCE = 3;

export function nextFrame(): Promise<void> {
  return new Promise(resolve => {
    // A page in the background has no frames, and must not wait for one for ever.
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
