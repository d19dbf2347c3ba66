import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { YFile, YNotebook } from '@jupyter/ydoc';
import { IEditorWidgetFactory } from '@jupyterlab/fileeditor';
import type { FileEditorFactory } from '@jupyterlab/fileeditor';
import { INotebookWidgetFactory } from '@jupyterlab/notebook';
import type { NotebookWidgetFactory } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CONTENT_PROVIDER_ID } from '../drive';

/** Files that are edited as text. */
export const files: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:files',
  description: 'Opens text files together.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, IEditorWidgetFactory],
  activate: (
    _: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    factory: FileEditorFactory.IFactory
  ) => {
    const { sharedModelFactory } = provider;
    if (sharedModelFactory.collaborative !== true) {
      return;
    }
    sharedModelFactory.registerDocumentFactory('file', () => YFile.create());
    openTogether(factory);
  }
};

/** Notebooks. */
export const notebooks: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:notebooks',
  description: 'Opens notebooks together.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, INotebookWidgetFactory],
  optional: [ISettingRegistry],
  activate: (
    _: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    factory: NotebookWidgetFactory.IFactory,
    settings: ISettingRegistry | null
  ) => {
    const { sharedModelFactory } = provider;
    if (sharedModelFactory.collaborative !== true) {
      return;
    }
    const undo = watchUndoSetting(settings);
    sharedModelFactory.registerDocumentFactory(
      'notebook',
      () => new YNotebook({ disableDocumentWideUndoRedo: undo.perCell })
    );
    openTogether(factory);
  }
};

/** Every widget that `factory` makes gets its document through us, from now on. */
function openTogether(factory: { contentProviderId?: string }): void {
  factory.contentProviderId = CONTENT_PROVIDER_ID;
}

const NOTEBOOK_SETTINGS = '@jupyterlab/notebook-extension:tracker';

/** Whether undo steps through one cell or through the whole notebook is a setting of notebooks. */
function watchUndoSetting(registry: ISettingRegistry | null): { perCell: boolean } {
  const undo = { perCell: true };
  const read = (settings: ISettingRegistry.ISettings) => {
    undo.perCell = settings.get('documentWideUndoRedo').composite !== true;
  };
  registry?.load(NOTEBOOK_SETTINGS).then(
    settings => {
      read(settings);
      settings.changed.connect(read);
    },
    (error: unknown) => console.warn('The settings of notebooks cannot be read:', error)
  );
  return undo;
}
