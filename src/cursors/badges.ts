import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';

import type { Beyond, Located, Where } from './beyond';
import { initials } from './marks';

/** So many initials have room in a badge. */
const ROOM = 4;

/**
 * Tells at the upper and the lower margin who is out of sight there; a press goes to the nearest.
 *
 * The badges lie beside the document in its panel: within a notebook they could not be focused.
 */
export class Badges<L extends Located> implements IDisposable {
  constructor(
    private readonly _panel: HTMLElement,
    private readonly _trans: TranslationBundle,
    /** Go to somebody; `withFocus` where the keyboard was used. */
    private readonly _go: (located: L, withFocus: boolean) => void
  ) {
    this._badges = { above: this._make('above'), below: this._make('below') };
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._badges.above.remove();
    this._badges.below.remove();
  }

  /** Show these people, over the part of the panel that `area` covers, in its pixels. */
  show(people: Beyond<L>, area: { readonly top: number; readonly bottom: number }): void {
    this._badges.above.style.top = `${area.top}px`;
    this._badges.below.style.bottom = `${area.bottom}px`;
    this._fill('above', people.above);
    this._fill('below', people.below);
  }

  private _make(where: Where): HTMLButtonElement {
    const badge = document.createElement('button');
    badge.type = 'button';
    badge.className = 'jp-CollabBadge';
    badge.dataset.where = where;
    badge.hidden = true;
    // What one writes in keeps the focus, so that one can look there and go on here.
    badge.addEventListener('mousedown', event => event.preventDefault());
    badge.addEventListener('click', ({ detail }) => {
      const [nearest] = this._people[where];
      if (nearest !== undefined) {
        this._go(nearest, detail === 0);
      }
    });
    this._panel.append(badge);
    return badge;
  }

  private _fill(where: Where, people: readonly L[]): void {
    const badge = this._badges[where];
    const users = people.map(({ user }) => user);
    const look = JSON.stringify(users);
    this._people[where] = people;
    if (badge.dataset.look === look) {
      return;
    }
    badge.dataset.look = look;
    badge.hidden = users.length === 0;
    const icon = where === 'above' ? caretUpIcon : caretDownIcon;
    const arrow = icon.element({ tag: 'span', className: 'jp-CollabBadge-arrow' });
    badge.replaceChildren(arrow, ...initials(users, ROOM));
    const names = users.map(user => user.displayName).join(', ');
    const words =
      where === 'above'
        ? this._trans.__('Above: %1. Go to the nearest.', names)
        : this._trans.__('Below: %1. Go to the nearest.', names);
    badge.setAttribute('aria-label', words);
    badge.title = words;
  }

  private _isDisposed = false;
  private readonly _badges: Readonly<Record<Where, HTMLButtonElement>>;
  private readonly _people: Record<Where, readonly L[]> = { above: [], below: [] };
}
