import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import { YFile, YNotebook } from '@jupyter/ydoc';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CONTENT_PROVIDER_ID } from '../documents/drive';
import { mirrorOutputs } from '../outputs';
import { Settings } from '../settings';
import { onWidgetFactory } from './widgets';

/** Files that are text, in the editor and in every other view of them. */
export const files: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:files',
  description: 'Opens text files together.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  activate: (app: JupyterFrontEnd, provider: ICollaborativeContentProvider) => {
    const { sharedModelFactory } = provider;
    if (sharedModelFactory.collaborative === true) {
      sharedModelFactory.registerDocumentFactory('file', () => YFile.create());
      openTogether(app.docRegistry, 'text');
    }
  }
};

/** They tell whether undo steps through one cell or through the whole notebook. */
const NOTEBOOK_SETTINGS = '@jupyterlab/notebook-extension:tracker';

/** Notebooks. */
export const notebooks: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:notebooks',
  description: 'Opens notebooks together.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    registry: ISettingRegistry | null
  ) => {
    const { sharedModelFactory } = provider;
    if (sharedModelFactory.collaborative === true) {
      const isUndoPerCell = new Settings(stored => stored.documentWideUndoRedo !== true);
      void isUndoPerCell.load(registry, NOTEBOOK_SETTINGS);
      sharedModelFactory.registerDocumentFactory(
        'notebook',
        () => new YNotebook({ disableDocumentWideUndoRedo: isUndoPerCell.options })
      );
      openTogether(app.docRegistry, 'notebook');
      showTogether(app.docRegistry, 'notebook');
    }
  }
};

/**
 * Have every widget that shows the model `modelName` get its document through us.
 *
 * All of them, since widgets of one model share a document: were a preview opened alone, an
 * editor that is opened after it would go without collaboration.
 */
function openTogether(registry: DocumentRegistry, modelName: string): void {
  onWidgetFactory(registry, factory => {
    if (factory.modelName === modelName && factory.contentProviderId === undefined) {
      factory.contentProviderId = CONTENT_PROVIDER_ID;
    }
  });
}

/**
 * Have every model of notebooks that are opened together show their outputs by way of us.
 *
 * From the first, as the content comes before anybody can see the notebook, and in parts.
 */
export function showTogether(registry: DocumentRegistry, modelName: string): void {
  mend(registry.getModelFactory(modelName));
  registry.changed.connect((_, { type, name, change }) => {
    if (type === 'modelFactory' && change === 'added' && name === modelName) {
      mend(registry.getModelFactory(modelName));
    }
  });

  function mend(factory: DocumentRegistry.ModelFactory | undefined): void {
    if (factory === undefined) {
      return;
    }
    const createNew = factory.createNew.bind(factory);
    factory.createNew = options => {
      const model = createNew(options);
      if (options?.sharedModel !== undefined) {
        mirrorOutputs(model as INotebookModel);
      }
      return model;
    };
  }
}
