import type { IMainMenu } from '@jupyterlab/mainmenu';
import { Menu, MenuBar } from '@lumino/widgets';

/** Take out of the menu bar what has nothing in it for guests. */
export function pruneMenus(mainMenu: IMainMenu): void {
  const { runMenu, kernelMenu, tabsMenu, fileMenu } = mainMenu;
  const useless: readonly unknown[] = [runMenu, kernelMenu, tabsMenu];
  if (mainMenu instanceof MenuBar) {
    mainMenu.menus
      .filter(menu => useless.includes(menu))
      .forEach(menu => mainMenu.removeMenu(menu));
  }
  if (fileMenu instanceof Menu) {
    fileMenu.items.filter(isEmpty).forEach(item => fileMenu.removeItem(item));
  }
}

function isEmpty({ type, submenu }: Menu.IItem): boolean {
  return type === 'submenu' && submenu?.items.some(isOffered) !== true;
}

function isOffered(item: Menu.IItem): boolean {
  return item.type === 'command' ? item.isVisible : item.type === 'submenu' && !isEmpty(item);
}
