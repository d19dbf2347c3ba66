import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import { YNotebook } from '@jupyter/ydoc';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CollabContentProvider } from '../documents/drive';
import { LostCells, StayingPut } from '../staying';
import type { LostCell } from '../staying';
import { translationOf } from '../translation';
import { onSharedPanel } from './widgets';

const PUT_BACK = 'collab:put-back-cell';

/** No notice: without a name all of them are dismissed. */
const NONE = 'none';

/** Behind undoing and redoing what was done to cells. */
const MENU_RANK = 4.5;

/** Keeps people in the cells that they write in, whatever others do to these. */
export const staying: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:staying',
  description: 'Keeps people in the cells that they write in, when others move or change these.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, INotebookTracker],
  optional: [ICommandPalette, IMainMenu, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null,
    mainMenu: IMainMenu | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const { commands, shell } = app;
    const trans = translationOf(translator);
    const places = new WeakMap<object, Place>();
    onSharedPanel(notebooks, provider, (panel, { model }) => {
      if (model instanceof YNotebook) {
        const place = new Place(panel, model, trans);
        places.set(panel, place);
        new StayingPut(panel.content, model, cell => {
          place.lose(cell);
          commands.notifyCommandChanged(PUT_BACK);
        });
      }
    });
    const current = () => places.get(shell.currentWidget ?? {});
    const isThere = () => (current()?.last ?? null) !== null;
    commands.addCommand(PUT_BACK, {
      label: trans.__('Put Back Deleted Cell'),
      caption: trans.__('Have the cell again that somebody deleted while you were writing in it'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: isThere,
      isVisible: isThere,
      execute: () => current()?.putBack()
    });
    palette?.addItem({ command: PUT_BACK, category: trans.__('Collaboration') });
    mainMenu?.editMenu.addItem({ command: PUT_BACK, rank: MENU_RANK });
  }
};

/** A notebook, and the cells that its writer has lost there. */
class Place {
  constructor(
    private readonly _panel: NotebookPanel,
    model: YNotebook,
    private readonly _trans: TranslationBundle
  ) {
    this._cells = new LostCells(model);
    _panel.disposed.connect(() => this._notices.forEach(notice => Notification.dismiss(notice)));
  }

  /** What can be put back next. */
  get last(): LostCell | null {
    return this._panel.isDisposed ? null : this._cells.last;
  }

  lose(lost: LostCell): void {
    this._cells.add(lost);
    const { _trans: trans } = this;
    const notice = Notification.info(
      trans.__('Somebody has deleted the cell that you were writing in.'),
      {
        autoClose: 20_000,
        actions: [{ label: trans.__('Put Back'), callback: () => this.putBack(lost) }]
      }
    );
    this._notices.set(lost, notice);
  }

  putBack(lost: LostCell | null = this.last): void {
    if (lost === null || this._panel.isDisposed) {
      return;
    }
    this._cells.putBack(lost);
    Notification.dismiss(this._notices.get(lost) ?? NONE);
    const { content } = this._panel;
    content.activeCellIndex = content.widgets.findIndex(cell => cell.model.id === lost.id);
    content.activate();
  }

  private readonly _cells: LostCells;
  private readonly _notices = new Map<LostCell, string>();
}
