import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import type { User } from '../../presence';
import { paint } from './avatar';

const FRAME = 'jp-CollabFrame';

/** A coloured frame around a document, with a label that says why it is there and ends it. */
export class Frame {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _onEnd: () => void
  ) {
    this._node.className = FRAME;
    this._label.className = `${FRAME}-label`;
    this._label.type = 'button';
    this._label.addEventListener('click', () => this._onEnd());
    this._node.append(this._label);
  }

  /** Draw it around `widget`, in the colour of `user`. */
  show(widget: Widget, user: User, text: string): void {
    paint(this._node, user);
    this._label.textContent = text;
    this._label.title = this._trans.__('Stop');
    if (this._node.parentElement !== widget.node) {
      widget.node.append(this._node);
    }
  }

  hide(): void {
    this._node.remove();
  }

  contains(target: EventTarget | null): boolean {
    return target instanceof Node && this._node.contains(target);
  }

  private readonly _node = document.createElement('div');
  private readonly _label = document.createElement('button');
}
