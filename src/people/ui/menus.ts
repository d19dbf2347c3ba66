import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import type { Person } from '../../presence';
import { Commands } from '../commands';
import { nameAndDoing } from './words';

/** What can be done with a person, as a menu below that person. */
export class PersonMenus {
  constructor(
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {}

  open(person: Person, anchor: HTMLElement): void {
    this._show(this._menuOf(person), anchor);
  }

  /** A list of people, each with a menu of its own. */
  openList(people: readonly Person[], anchor: HTMLElement): void {
    const menu = new Menu({ commands: this._commands });
    people.forEach(person => {
      const submenu = this._menuOf(person);
      submenu.title.label = nameAndDoing(person, this._trans);
      menu.addItem({ type: 'submenu', submenu });
    });
    this._show(menu, anchor);
  }

  private _menuOf({ user: { username } }: Person): Menu {
    const menu = new Menu({ commands: this._commands });
    [Commands.goTo, Commands.follow].forEach(command =>
      menu.addItem({ command, args: { username } })
    );
    return menu;
  }

  /** The focus goes back to where it was once the menu is closed. */
  private _show(menu: Menu, anchor: HTMLElement): void {
    const { left, bottom } = anchor.getBoundingClientRect();
    anchor.setAttribute('aria-expanded', 'true');
    menu.aboutToClose.connect(() => {
      anchor.removeAttribute('aria-expanded');
      anchor.focus();
      // Later: what was chosen is run after the menu has closed.
      setTimeout(() => menu.dispose());
    });
    menu.open(left, bottom);
    menu.activateNextItem();
  }
}
