import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';

/** How high each cell is, in pixels. */
export const HEIGHT = 100;

/** Where that lies in the window which is seen of all cells. */
export const FRAME = { top: 50, height: 300 };

/** Cells of one height that lie one under the other, of which as many are drawn as a test says. */
export class FakeNotebook {
  /** Where only visible cells are drawn (`isWindowed`), they are as soon as they are scrolled to. */
  constructor(
    count: number,
    readonly isWindowed = false
  ) {
    const max = () => Math.max(0, this._height() - FRAME.height);
    Object.defineProperties(this.outerNode, {
      scrollTop: {
        get: () => this._scrollTop,
        set: (to: number) => (this._scrollTop = Math.min(max(), Math.max(0, to)))
      }
    });
    this.outerNode.getBoundingClientRect = () => boxAt(FRAME.top, FRAME.height);
    this.outerNode.append(this.viewportNode);
    document.body.replaceChildren(this.outerNode);
    this.insert(count);
  }

  readonly outerNode = document.createElement('div');
  readonly viewportNode = document.createElement('div');
  readonly widgets: Cell[] = [];
  readonly mode = 'command';
  readonly activeCell = null;
  readonly modelContentChanged = new Signal<this, void>(this);
  readonly activeCellChanged = new Signal<this, null>(this);
  readonly selectionChanged = new Signal<this, void>(this);
  readonly stateChanged = new Signal<this, void>(this);
  /** The cells that JupyterLab was asked to scroll to. */
  readonly scrolls: number[] = [];
  /** What JupyterLab does then. */
  scrolling = (index: number): void => void (this.outerNode.scrollTop = index * HEIGHT);

  get notebookConfig() {
    return { windowingMode: this.isWindowed ? 'full' : 'contentVisibility' };
  }

  get scrollTop(): number {
    return this._scrollTop;
  }

  /** As the notebook that it stands for. */
  get notebook(): Notebook {
    return this as unknown as Notebook;
  }

  scrollToItem(index: number): Promise<void> {
    this.scrolls.push(index);
    this.scrolling(index);
    if (this.isWindowed) {
      this.viewportNode.append(...this.widgets.slice(index, index + 1).map(({ node }) => node));
    }
    return Promise.resolve();
  }

  isSelected(): boolean {
    return false;
  }

  /** Have so many cells. */
  insert(count: number): void {
    for (let n = this.widgets.length; n < count; n++) {
      const node = document.createElement('div');
      node.getBoundingClientRect = () => this._boxOf(n);
      node.dataset.windowedListIndex = `${n}`;
      const model = { id: `c${n}`, sharedModel: {} };
      this.widgets.push({
        node,
        model,
        editor: null,
        isHidden: false,
        isDisposed: false
      } as unknown as Cell);
    }
  }

  /** Draw the first of the cells. */
  draw(count: number): void {
    for (const { node } of this.widgets.slice(0, count)) {
      this.viewportNode.append(node);
    }
  }

  private _boxOf(n: number): DOMRect {
    const top = n * HEIGHT - this._scrollTop;
    const isSeen = top + HEIGHT > 0 && top < FRAME.height;
    const isDrawn = this.isWindowed ? isSeen : this.widgets[n]?.node.isConnected === true;
    return isDrawn ? boxAt(FRAME.top + top, HEIGHT) : boxAt(0, 0);
  }

  private _height(): number {
    const { length } = this.widgets.filter(({ node }) => this.isWindowed || node.isConnected);
    return length * HEIGHT;
  }

  private _scrollTop = 0;
}

function boxAt(top: number, height: number): DOMRect {
  return { top, height, bottom: top + height } as DOMRect;
}
