import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import { viewOf } from '../../presence';
import type { Peer, View } from '../../presence';

/** The visible part of one open document: read, shown to others, and moved to theirs. */
export interface DocumentView extends IDisposable {
  /** The widget in the main area. */
  readonly widget: Widget;

  /** What the person at this page sees, or `null` where there is nothing to see. */
  read(): View | null;

  /**
   * Show the same as somebody else sees, as long as that is wanted; `false` where that is not, or not
   * yet, to be reached.
   */
  show(view: View, isWanted?: () => boolean): Promise<boolean>;

  /** Bring to sight where somebody is; `false` where that is not known. */
  goTo(peer: Peer): Promise<boolean>;

  /** The visible part may be another one now. */
  readonly moved: ISignal<DocumentView, void>;
}

/** A view that moves as an element scrolls, for as long as its widget lives. */
export abstract class ScrollingView<W extends Widget> implements DocumentView {
  constructor(
    readonly widget: W,
    private readonly _scrolled: HTMLElement | undefined
  ) {
    _scrolled?.addEventListener('scroll', this._onScroll, { passive: true });
    widget.disposed.connect(() => this.dispose());
  }

  abstract read(): View | null;
  abstract show(view: View, isWanted?: () => boolean): Promise<boolean>;
  abstract goTo(peer: Peer): Promise<boolean>;

  /** Show what somebody sees, where it is not known at which place of that they are. */
  protected async showViewOf(peer: Peer): Promise<View | null> {
    const view = viewOf(peer);
    await (view === null ? undefined : this.show(view));
    return view;
  }

  get moved(): ISignal<DocumentView, void> {
    return this._moved;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._scrolled?.removeEventListener('scroll', this._onScroll);
    Signal.clearData(this);
  }

  private readonly _onScroll = (): void => this._moved.emit();

  private _isDisposed = false;
  private readonly _moved = new Signal<this, void>(this);
}
