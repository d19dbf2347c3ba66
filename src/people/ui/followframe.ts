import type { TranslationBundle } from '@jupyterlab/translation';

import { isModifier, MOVES } from '../../ui/moves';
import type { Follower } from '../follower';
import type { Places } from '../places';
import { Frame } from './frame';

/**
 * Shows who is followed, and lets the person at this page go their own way at any time: whatever
 * they do in the document ends it, and so does Escape wherever they are.
 */
export class FollowFrame {
  constructor(
    private readonly _follower: Follower,
    private readonly _places: Pick<Places, 'current' | 'currentChanged'>,
    private readonly _trans: TranslationBundle
  ) {
    this._frame = new Frame(_trans, () => _follower.stop());
    _follower.changed.connect(() => this._update());
    _places.currentChanged.connect(() => this._update());
  }

  private _update(): void {
    const { leader } = this._follower;
    const widget = this._places.current?.view.widget;
    this._listen(leader !== null);
    if (leader === null || widget === undefined) {
      this._frame.hide();
    } else {
      const text = this._trans.__('Following %1 – Esc to stop', leader.displayName);
      this._frame.show(widget, leader, text);
    }
  }

  private _listen(wanted: boolean): void {
    if (wanted === this._listening) {
      return;
    }
    this._listening = wanted;
    for (const type of MOVES) {
      if (wanted) {
        document.addEventListener(type, this._onInput, {
          capture: true,
          passive: type !== 'keydown'
        });
      } else {
        document.removeEventListener(type, this._onInput, { capture: true });
      }
    }
  }

  private readonly _onInput = (event: Event): void => {
    if (event instanceof KeyboardEvent && event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this._follower.stop();
    } else if (!isModifier(event) && this._isOwnMove(event.target)) {
      this._follower.stop('moved');
    }
  };

  private _isOwnMove(target: EventTarget | null): boolean {
    const widget = this._places.current?.view.widget;
    const inside = target instanceof Element && widget?.node.contains(target) === true;
    return inside && !this._frame.contains(target) && target.closest('.jp-CollabPeople') === null;
  }

  private readonly _frame: Frame;
  private _listening = false;
}
