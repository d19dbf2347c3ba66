import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Person } from '../../presence';
import { Avatar } from './avatar';
import type { BarModel } from './barmodel';
import { nameAndDoing } from './words';

/** What can be done with the people in the bar. `anchor` is where a menu opens. */
export interface BarActions {
  goTo(person: Person): void;
  openMenu(person: Person, anchor: HTMLElement): void;
  openList(people: readonly Person[], anchor: HTMLElement): void;
}

/**
 * The avatars of those who are in a document, in its toolbar.
 *
 * The arrow keys go from one to the next. A press goes to where that person is; the menu key, the
 * arrow down or the other mouse button opens what else can be done.
 */
export class PeopleBar extends VDomRenderer<BarModel> {
  constructor(
    model: BarModel,
    private readonly _actions: BarActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-CollabPeople');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', _trans.__('People in this document'));
    // The toolbar moves the focus that comes into it to the item that it knows to be the active
    // one, and it does not know of people who came after it was made.
    this.node.addEventListener('focusin', event => event.stopPropagation());
  }

  /** The model is this bar's own, and listens to what lives as long as the page. */
  override dispose(): void {
    if (!this.isDisposed) {
      const { model } = this;
      super.dispose();
      model.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    const { first, rest } = this.model;
    const last = first.length + (rest.length > 0 ? 0 : -1);
    const focused = Math.max(0, Math.min(this._focused, last));
    return (
      <>
        {first.map((person, index) => this._renderPerson(person, index, focused))}
        {rest.length > 0 && (
          <button
            type="button"
            className="jp-CollabPeople-person jp-mod-more"
            tabIndex={focused === first.length ? 0 : -1}
            aria-haspopup="menu"
            aria-label={this._trans._n('%1 more person', '%1 more people', rest.length)}
            title={rest.map(person => nameAndDoing(person, this._trans)).join('\n')}
            onFocus={() => this._focus(first.length)}
            onClick={event => this._actions.openList(rest, event.currentTarget)}
            onKeyDown={event => this._onKeyDown(event)}
          >
            {`+${rest.length}`}
          </button>
        )}
      </>
    );
  }

  private _renderPerson(person: Person, index: number, focused: number): React.JSX.Element {
    const { user, activity } = person;
    const says = nameAndDoing(person, this._trans);
    const open = (anchor: HTMLElement) => this._actions.openMenu(person, anchor);
    return (
      <button
        key={user.username}
        type="button"
        className={`jp-CollabPeople-person jp-mod-${activity}`}
        tabIndex={index === focused ? 0 : -1}
        aria-label={says}
        aria-pressed={this.model.isFollowed(person)}
        aria-haspopup="menu"
        title={this._trans.__('%1. Click to go there.', says)}
        onFocus={() => this._focus(index)}
        onClick={() => this._actions.goTo(person)}
        onContextMenu={event => {
          event.preventDefault();
          event.stopPropagation();
          open(event.currentTarget);
        }}
        onKeyDown={event => this._onKeyDown(event, open)}
      >
        <Avatar user={user} />
      </button>
    );
  }

  private _focus(index: number): void {
    if (index !== this._focused) {
      this._focused = index;
      this.update();
    }
  }

  private _onKeyDown(
    event: React.KeyboardEvent<HTMLElement>,
    open?: (anchor: HTMLElement) => void
  ): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const buttons = [...this.node.querySelectorAll('button')];
      const next = buttons[buttons.indexOf(event.currentTarget as HTMLButtonElement) + step];
      if (next === undefined) {
        return; // the toolbar goes on to its next item
      }
      next.focus();
    } else if (event.key === 'ArrowDown' && open !== undefined) {
      open(event.currentTarget);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _focused = 0;
}
