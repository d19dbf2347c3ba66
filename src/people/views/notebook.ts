import type { YNotebook } from '@jupyter/ydoc';
import type { Cell } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';

import type { Peer, View } from '../../presence';
import { bringToSight, isDrawn, scrollNear, TOLERANCE } from '../../ui/sight';
import { activeCellOf, caretOf } from './caret';
import { ScrollingView } from './view';

/** The visible part of a notebook, also of one that draws its visible cells only. */
export class NotebookView extends ScrollingView<NotebookPanel> {
  constructor(
    widget: NotebookPanel,
    private readonly _model: YNotebook
  ) {
    super(widget, widget.content.outerNode);
  }

  read(): View | null {
    const { top } = this._scroller.getBoundingClientRect();
    for (const { node, model } of this._drawn()) {
      const box = node.getBoundingClientRect();
      if (box.bottom > top && box.height > 0) {
        const share = Math.max(0, (top - box.top) / box.height);
        return { cell: model.id, share: Math.round(share * 1000) / 1000 };
      }
    }
    return null;
  }

  /** Whoever follows asks again: a page may take any time to draw a cell, and all that is below. */
  async show({ cell: id, share }: View, isWanted = () => true): Promise<boolean> {
    const index = this._notebook.widgets.findIndex(({ model }) => model.id === id);
    const cell = this._notebook.widgets[index];
    if (cell === undefined) {
      return false;
    }
    if (!isDrawn(cell.node)) {
      await scrollNear(this._notebook, index, 'start');
    }
    if (!isDrawn(cell.node) || !isWanted()) {
      return false;
    }
    const distance = () => {
      const box = cell.node.getBoundingClientRect();
      return box.top + share * box.height - this._scroller.getBoundingClientRect().top;
    };
    const by = distance();
    if (Math.abs(by) > TOLERANCE) {
      this._scroller.scrollTop += by;
    }
    return Math.abs(distance()) <= TOLERANCE;
  }

  async goTo(peer: Peer): Promise<boolean> {
    const caret = caretOf(peer, this._model.ydoc);
    const home = this._model.cells.find(cell => cell.ysource === caret?.text);
    const id = home?.id ?? activeCellOf(peer);
    const cell = this._notebook.widgets.find(({ model }) => model.id === id);
    if (cell === undefined || cell.isHidden) {
      return (await this.showViewOf(peer))?.cell !== undefined;
    }
    if (!(await bringToSight(this._notebook, cell))) {
      return true; // they have gone elsewhere
    }
    const at = home === undefined ? undefined : cell.editor?.getPositionAt(caret?.index ?? 0);
    if (at !== undefined && cell.node.clientHeight > this._scroller.clientHeight) {
      cell.editor?.revealPosition(at);
    }
    flash(cell.node);
    return true;
  }

  private *_drawn(): Iterable<Cell> {
    for (const cell of this._notebook.widgets) {
      if (cell.node.isConnected) {
        yield cell;
      }
    }
  }

  private get _notebook(): Notebook {
    return this.widget.content;
  }

  private get _scroller(): HTMLElement {
    return this._notebook.outerNode;
  }
}

const FLASH = 'jp-CollabFlash';

function flash(node: HTMLElement): void {
  node.classList.remove(FLASH);
  node.addEventListener('animationend', () => node.classList.remove(FLASH), { once: true });
  node.classList.add(FLASH);
}
