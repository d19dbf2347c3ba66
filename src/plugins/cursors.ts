import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import type { IEditorExtensionFactory } from '@jupyterlab/codemirror';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { Awareness } from 'y-protocols/awareness';
import { Text } from 'yjs';

import {
  ICursorSettings,
  publishCursors,
  readCursorOptions,
  remoteCursors,
  trackerOf
} from '../cursors';
import type { CursorSettings } from '../cursors';
import { PRESENCE_SETTINGS, Settings } from '../settings';

/** What of that a person wants to see. */
export const cursorSettings: JupyterFrontEndPlugin<CursorSettings> = {
  id: 'jupyter-collab:cursor-settings',
  description: 'Reads what is to be seen of others inside of documents.',
  autoStart: true,
  provides: ICursorSettings,
  optional: [ISettingRegistry],
  activate: (_app: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const settings = new Settings(readCursorOptions);
    void settings.load(registry, PRESENCE_SETTINGS);
    return settings;
  }
};

/** Shows where the others are in the text, in every editor of a shared document. */
export const cursors: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:cursors',
  description: 'Shows the cursors and selections of others in editors.',
  autoStart: true,
  requires: [IEditorExtensionRegistry, ICursorSettings],
  activate: (_app: JupyterFrontEnd, editors: IEditorExtensionRegistry, settings: CursorSettings) =>
    editors.addExtension(extensionFactory(settings))
};

function extensionFactory(settings: CursorSettings): IEditorExtensionFactory {
  return {
    name: 'jupyter-collab:cursors',
    factory: ({ model }) => {
      const shared = sharedText(model);
      if (shared === null) {
        return null;
      }
      const { text, awareness } = shared;
      return EditorExtensionRegistry.createImmutableExtension([
        remoteCursors(text, trackerOf(awareness), settings),
        publishCursors(text, awareness)
      ]);
    }
  };
}

/** The text that an editor shows and who is there; null where it is nobody else's business. */
function sharedText(model: CodeEditor.IModel): { text: Text; awareness: Awareness } | null {
  const { ysource, awareness } = model.sharedModel as {
    readonly ysource?: unknown;
    readonly awareness?: unknown;
  };
  return ysource instanceof Text && isAwareness(awareness) ? { text: ysource, awareness } : null;
}

/** JupyterLab has a copy of the protocol of its own, so that the class says nothing. */
function isAwareness(value: unknown): value is Awareness {
  return typeof value === 'object' && value !== null && 'getStates' in value && 'meta' in value;
}
