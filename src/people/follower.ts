import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import { documentsOf, pathOf, viewOf } from '../presence';
import type { Person, Roster, User } from '../presence';
import type { Place, Places } from './places';

/** Somebody who is gone for longer than this is not waited for, in milliseconds. */
export const PATIENCE = 5_000;

/**
 * A page that has moved by itself is put right once it has not moved for so long, in milliseconds, and
 * so long is waited before what could not be shown yet is shown again.
 */
export const AT_REST = 150;

/** What the follower needs of the page. */
export type Page = Pick<
  Places,
  'front' | 'frontChanged' | 'frontPath' | 'current' | 'currentChanged' | 'open'
>;

/** Why nobody is followed any more. */
export type Ending = 'asked' | 'moved' | 'left';

/**
 * Follows somebody: stays in the document in which they are, and sees of it what they see.
 *
 * It ends when it is asked to, when the person at this page goes elsewhere (`moved`), and when the
 * one who is followed is gone. A page that moves by itself, as when cells take their height, does
 * not go elsewhere: it is put right. Nor does who renames a document, of which this page and
 * the other one hear at different times.
 */
export class Follower {
  /** `everybody` is the roster of the whole server, which tells who is in which document. */
  constructor(
    private readonly _page: Page,
    private readonly _everybody: Roster
  ) {
    _everybody.changed.connect(() => this._step());
    _page.frontChanged.connect(() => this._onFrontChanged());
    _page.currentChanged.connect(() => {
      this._watch();
      this._step();
    });
  }

  /** Who is followed. */
  get leader(): User | null {
    return this._leader;
  }

  /** Somebody else is followed, or nobody, and then why. */
  get changed(): ISignal<this, Ending | null> {
    return this._changed;
  }

  /** Follow the person with this user name, until the end. */
  follow(username: string): void {
    const person = this._everybody.named(username);
    if (person === null) {
      return;
    }
    this._reset();
    this._leader = person.user;
    this._changed.emit(null);
    this._watch();
    this._step();
  }

  stop(why: Ending = 'asked'): void {
    if (this._leader !== null) {
      this._reset();
      this._watch();
      this._changed.emit(why);
    }
  }

  private _reset(): void {
    clearTimeout(this._missing);
    this._missing = undefined;
    this._leader = null;
    this._shown = '';
    this._opening = null;
    this._goal = null;
  }

  private _onFrontChanged(): void {
    const person = this._find();
    if (this._opening === null && (person === null || !this._isWith(person))) {
      this.stop('moved');
    }
  }

  /** Hear of what happens in the document in front, as long as somebody is followed. */
  private _watch(): void {
    const place = this._leader === null ? null : this._page.current;
    if (place !== this._place) {
      this._place?.roster.changed.disconnect(this._onRoster);
      this._place?.view.moved.disconnect(this._onMoved);
      clearTimeout(this._resting);
      this._place = place;
      place?.roster.changed.connect(this._onRoster);
      place?.view.moved.connect(this._onMoved);
      this._shown = '';
    }
  }

  private readonly _onRoster = (): void => this._step();

  /** Showing a view that is shown already moves nothing, so this comes to an end. */
  private readonly _onMoved = (): void => this._showAgain();

  private _showAgain(): void {
    clearTimeout(this._resting);
    this._resting = setTimeout(() => {
      this._shown = '';
      this._step();
    }, AT_REST);
  }

  private _step(): void {
    const person = this._find();
    if (this._leader === null) {
      return;
    }
    if (person === null) {
      this._missing ??= setTimeout(() => this.stop('left'), PATIENCE);
      return;
    }
    clearTimeout(this._missing);
    this._missing = undefined;
    this._rename(person.user);
    const path = pathOf(person);
    if (path === null) {
      this._goal = null;
    } else if (this._opening === null) {
      this._goTo(path, person);
    }
  }

  private _goTo(path: string, person: Person): void {
    const { front, frontPath } = this._page;
    if (path === frontPath) {
      this._goal = { path, widget: front };
    }
    if (!this._isWith(person)) {
      this._openOnce(path);
    } else if (this._place !== null) {
      this._show(this._place);
    }
  }

  /** Whether the document in front is the one that the leader has in front, whatever its name is. */
  private _isWith(person: Person): boolean {
    const { front, frontPath: here } = this._page;
    const path = pathOf(person);
    if (path === null || here === null) {
      return false;
    }
    const wasWith = front === this._goal?.widget;
    return (
      path === here || (wasWith && (path === this._goal?.path || this._isRenamed(person, here)))
    );
  }

  /** Whether the leader is in the document in front, and knows it by another name than `here`. */
  private _isRenamed(person: Person, here: string): boolean {
    const isHere = this._place !== null && this._place.roster.named(person.user.username) !== null;
    const known = documentsOf(person);
    // The one in front is the first, where it is shared.
    return isHere && known[0] === pathOf(person) && !known.includes(here);
  }

  /** Once: where it could not be opened, or is not in front for long, wait until they go elsewhere. */
  private _openOnce(path: string): void {
    if (path !== this._goal?.path) {
      this._goal = { path, widget: null };
      void this._open(path);
    }
  }

  private _find(): Person | null {
    return this._everybody.named(this._leader?.username);
  }

  private _rename(user: User): void {
    const { displayName, color } = this._leader ?? user;
    if (user.displayName !== displayName || user.color !== color) {
      this._leader = user;
      this._changed.emit(null);
    }
  }

  private async _open(path: string): Promise<void> {
    const leader = this._leader?.username;
    this._opening = path;
    try {
      await this._page.open(path);
    } catch (error) {
      console.warn(`${path} could not be opened:`, error);
    }
    if (this._leader?.username === leader && this._opening === path) {
      this._opening = null;
      this._watch();
      this._step();
    }
  }

  /** Show what the leader sees: one view after the other, and none that is outdated meanwhile. */
  private _show(place: Place): void {
    const [page] = place.roster.named(this._leader?.username)?.peers ?? [];
    const view = page === undefined ? null : viewOf(page);
    const key = JSON.stringify(view);
    if (view !== null && key !== this._shown) {
      this._shown = key;
      const isWanted = () => key === this._shown;
      this._showing = this._showing
        .then(async () => {
          if (isWanted() && !(await place.view.show(view, isWanted)) && isWanted()) {
            this._showAgain(); // however slow this page is
          }
        })
        .catch((error: unknown) => console.warn('What others see cannot be shown:', error));
    }
  }

  private _leader: User | null = null;
  private _place: Place | null = null;
  /** The view that was shown last, or is to be. */
  private _shown = '';
  /** Ends when that view is drawn, or cannot be yet. */
  private _showing: Promise<void> = Promise.resolve();
  /** The document that is being opened because the other one went there. */
  private _opening: string | null = null;
  /** Where the leader was when this page went there, and what shows it here, if anything does. */
  private _goal: { readonly path: string; readonly widget: Widget | null } | null = null;
  private _missing: ReturnType<typeof setTimeout> | undefined;
  private _resting: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, Ending | null>(this);
}
