import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { readConfig } from '../config';
import { CollabContentProvider } from '../documents/drive';
import { feedOutputs, OutputWords, readLimits } from '../outputs';
import { Settings } from '../settings';
import { translationOf } from '../translation';
import { onSharedPanel } from './widgets';

/** Keeps what cells put out within limits, in notebooks that are open together. */
export const outputs: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:outputs',
  description: 'Keeps the outputs of cells within limits.',
  autoStart: true,
  requires: [ICollaborativeContentProvider, INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    _: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    notebooks: INotebookTracker,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const words = new OutputWords(translationOf(translator));
    const { maxFrame } = readConfig();
    const limits = new Settings(stored => readLimits(stored, maxFrame));
    void limits.load(registry, outputs.id);
    onSharedPanel(notebooks, provider, (panel, document) => {
      const mayWrite = () => document.state.access === 'edit';
      feedOutputs(panel, { limits: () => limits.options, words, mayWrite });
    });
  }
};
