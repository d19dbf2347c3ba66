import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';

import { CollabContentProvider } from '../documents/drive';
import { translationOf } from '../translation';
import { StatusWidget } from '../ui/status';
import { StatusModel } from '../ui/statusmodel';
import { documentIn } from './widgets';

/** Behind the space after the menus of Jupyter Notebook, before whether a notebook is trusted. */
const MENU_RANK = 10_500;

/** Shows how the document in front is kept: offline, synced, saved, or what is wrong. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:status',
  description: 'Shows whether changes have reached the server and the file.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const trans = translationOf(translator);
    const model = new StatusModel(trans);
    followCurrent(app.shell, provider, model);
    show(new StatusWidget(model, trans), app.shell, statusBar);
  }
};

/** Keep `model` on the document in front. */
function followCurrent(
  shell: JupyterFrontEnd.IShell,
  provider: CollabContentProvider,
  model: StatusModel
): void {
  const follow = () => {
    model.provider = documentIn(shell.currentWidget, provider);
  };
  shell.currentChanged?.connect(follow);
  provider.documentsChanged.connect(follow);
  follow();
}

/**
 * In the status bar, or beside the menus where there is none, as in Jupyter Notebook: its header with
 * the title is hidden on narrow pages, and by *Show Header*.
 */
function show(
  widget: StatusWidget,
  shell: JupyterFrontEnd.IShell,
  statusBar: IStatusBar | null
): void {
  widget.id = 'jp-collab-status';
  if (statusBar === null) {
    shell.add(widget, 'menu', { rank: MENU_RANK });
    return;
  }
  const { model } = widget;
  statusBar.registerStatusItem('jupyter-collab:status', {
    item: widget,
    align: 'left',
    rank: 100,
    priority: 1, // it stays where the page is narrow, as where somebody zooms
    isActive: () => model.description !== null,
    activeStateChanged: model.stateChanged
  });
}
