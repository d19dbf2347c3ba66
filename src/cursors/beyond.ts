import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableSet } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';

import type { User } from '../presence';
import { Badges } from './badges';
import { FrameBatch } from './frames';
import type { CursorSettings } from './settings';
import type { Span } from './span';
import type { CursorTracker } from './tracker';

export type Where = 'above' | 'below';

/** Somebody who is somewhere in a document. */
export interface Located {
  readonly user: User;
}

/** Those who are out of sight on one side, the nearest first, each person once. */
export interface Beyond<L extends Located> {
  readonly above: readonly L[];
  readonly below: readonly L[];
}

/** On which side somebody is, and how far away in whatever unit; null for those in sight. */
export type Direction = { readonly side: Where; readonly distance: number } | null;

/** Who is out of sight. */
export function beyond<L extends Located>(
  all: readonly L[],
  where: (located: L) => Direction
): Beyond<L> {
  const far = all.map(located => ({ located, at: where(located) }));
  const inSight = new Set(
    far.filter(({ at }) => at === null).map(({ located }) => located.user.username)
  );
  const on = (side: Where) => {
    const there = far
      .flatMap(({ located, at }) => (at?.side === side ? [{ located, at }] : []))
      .sort((one, other) => one.at.distance - other.at.distance);
    const names = new Set(inSight);
    return there.flatMap(({ located }) => {
      const { username } = located.user;
      const isNew = !names.has(username);
      names.add(username);
      return isNew ? [located] : [];
    });
  };
  return { above: on('above'), below: on('below') };
}

/** Something counts as in sight from so many pixels on. */
const IN_SIGHT = 12;

/** On which side of `frame`, which is what is seen, something is. */
export function directionOf({ top, bottom }: Span, frame: Span): Direction {
  if (bottom < frame.top + IN_SIGHT) {
    return { side: 'above', distance: frame.top - bottom };
  }
  return top > frame.bottom - IN_SIGHT ? { side: 'below', distance: top - frame.bottom } : null;
}

/** Goes to people who are out of sight in a document. */
export interface BeyondNavigator {
  /** Whether somebody is out of sight on that side. */
  isBeyond(where: Where): boolean;

  /** Go to the nearest person on that side. */
  go(where: Where): void;
}

/** Tells at the margins of a document who is out of sight there, and goes to them. */
export abstract class OutOfSight<L extends Located> implements BeyondNavigator, IDisposable {
  /** `scroller` is the part of `panel` that scrolls. */
  constructor(
    private readonly _panel: Widget,
    private readonly _scroller: HTMLElement,
    protected readonly tracker: CursorTracker,
    protected readonly settings: CursorSettings,
    trans: TranslationBundle
  ) {
    this._badges = new Badges(_panel.node, trans, (located, withFocus) => {
      void this.goTo(located, withFocus);
    });
    this._parts.add(this._badges);
    this._parts.add(this._batch);
    tracker.changed.connect(this.request);
    tracker.roster.changed.connect(this.request);
    settings.changed.connect(this.request);
    _scroller.addEventListener('scroll', this.request, { passive: true });
    this._sizes.observe(_scroller);
    _panel.disposed.connect(() => this.dispose());
    this.request();
  }

  get isDisposed(): boolean {
    return this._parts.isDisposed;
  }

  dispose(): void {
    this._parts.dispose();
    this._sizes.disconnect();
    this.tracker.changed.disconnect(this.request);
    this.tracker.roster.changed.disconnect(this.request);
    this.settings.changed.disconnect(this.request);
    this._scroller.removeEventListener('scroll', this.request);
  }

  isBeyond(where: Where): boolean {
    return this._beyond[where].length > 0;
  }

  go(where: Where): void {
    const [nearest] = this._beyond[where];
    if (nearest !== undefined) {
      void this.goTo(nearest, true);
    }
  }

  /** Show with the next frame what has changed. */
  protected readonly request = (): void => this._batch.request();

  /** Look where everybody is, and show what else is to be shown of that. */
  protected abstract look(frame: DOMRect): Beyond<L>;

  /** Bring to sight where somebody is; `withFocus` where the keyboard was used. */
  protected abstract goTo(located: L, withFocus: boolean): Promise<void>;

  private _paint(): void {
    if (this._panel.isDisposed || !this._panel.isVisible) {
      return;
    }
    const { top, bottom } = this._panel.node.getBoundingClientRect();
    const frame = this._scroller.getBoundingClientRect();
    this._beyond = this.look(frame);
    const shown = this.settings.options.badges ? this._beyond : NOBODY;
    this._badges.show(shown, { top: frame.top - top, bottom: bottom - frame.bottom });
  }

  private _beyond: Beyond<L> = NOBODY;
  private readonly _badges: Badges<L>;
  private readonly _parts = new DisposableSet();
  private readonly _batch = new FrameBatch(() => this._paint());
  private readonly _sizes = new ResizeObserver(() => this.request());
}

const NOBODY: Beyond<never> = { above: [], below: [] };
