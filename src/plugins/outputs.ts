import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { readConfig } from '../config';
import { CollabContentProvider } from '../documents/drive';
import { feedOutputs, OutputWords, readLimits } from '../outputs';
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
    let limits = readLimits({}, maxFrame);
    onSharedPanel(notebooks, provider, (panel, document) => {
      const mayWrite = () => document.state.access === 'edit';
      feedOutputs(panel, () => limits, words, mayWrite);
    });
    registry?.load(outputs.id).then(
      settings => {
        const read = () => (limits = readLimits(settings.composite, maxFrame));
        settings.changed.connect(read);
        read();
      },
      (error: unknown) => console.warn('The limits of outputs are as by default:', error)
    );
  }
};
