import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { MarkdownCell } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { Text } from 'yjs';

import { readConfig } from '../config';
import { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import { ViewOnlyBadge } from '../guest/badge';
import { guardCommands } from '../guest/commandgate';
import type { Run } from '../guest/commandgate';
import { LateRuns } from '../guest/lateruns';
import { lockOf } from '../guest/lock';
import type { Lock } from '../guest/lock';
import { readOnlyWhileViewing } from '../guest/readonly';
import { Restraint, withoutKernel } from '../guest/restraint';
import { translationOf } from '../translation';
import { documentIn, onDocumentWidget } from './widgets';

/** Keeps the editors of documents that may only be viewed from being written in. */
export const readOnlyEditors: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:read-only-editors',
  description: 'Makes the editors of documents read-only that may only be viewed.',
  autoStart: true,
  requires: [IEditorExtensionRegistry],
  activate: (_app: JupyterFrontEnd, editors: IEditorExtensionRegistry) =>
    editors.addExtension({
      name: 'jupyter-collab:read-only',
      factory: ({ model }) => {
        const doc = sharedDoc(model);
        return doc === null
          ? null
          : EditorExtensionRegistry.createImmutableExtension(readOnlyWhileViewing(lockOf(doc)));
      }
    })
};

function sharedDoc({ sharedModel }: CodeEditor.IModel): Text['doc'] {
  const { ysource } = sharedModel as { readonly ysource?: unknown };
  return ysource instanceof Text ? ysource.doc : null;
}

/** What is different at the page of somebody who may not do everything. */
export const access: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-collab:access',
  description: 'Offers to people only what they may do with the documents that they have open.',
  autoStart: true,
  requires: [ICollaborativeContentProvider],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    provider: ICollaborativeContentProvider,
    translator: ITranslator | null
  ) => {
    if (!(provider instanceof CollabContentProvider)) {
      return;
    }
    const parts = {
      ...{ app, guest: readConfig().guest !== null, trans: translationOf(translator) },
      lockIn: (widget: Widget | null) => {
        const document = documentIn(widget, provider);
        return document === null ? null : lockOf(document.model.ydoc);
      }
    };
    provider.documentOpened.connect((_, document) => lockByState(document));
    restrainWidgets(parts);
    restrainCommands(parts);
  }
};

interface Parts {
  readonly app: JupyterFrontEnd;
  readonly guest: boolean;
  readonly trans: TranslationBundle;
  /** The lock of the shared document that a widget shows. */
  readonly lockIn: (widget: Widget | null) => Lock | null;
}

function restrainWidgets({ app, guest, trans, lockIn }: Parts): void {
  const reason = reasonToView(guest, trans);
  const update = () => {
    app.commands.notifyCommandChanged();
    freezeTools(lockIn(app.shell.currentWidget)?.locked === true);
  };
  onDocumentWidget(app.docRegistry, widget => {
    const lock = lockIn(widget);
    if (lock !== null) {
      lock.changed.connect(update);
      new Restraint(
        widget,
        lock,
        () => new ViewOnlyBadge(trans.__('View only'), reason),
        () => Notification.info(reason, { autoClose: 8_000 })
      );
    }
    if (guest) {
      withoutKernel(widget.context.sessionContext);
    }
  });
  app.shell.currentChanged?.connect(update);
}

function restrainCommands({ app, guest, trans, lockIn }: Parts): void {
  const { commands, shell } = app;
  const standing = () => {
    const hold = lockIn(shell.currentWidget)?.hold ?? null;
    return {
      guest,
      viewOnly: hold === 'viewing',
      loading: hold === 'loading',
      // Asked of each command that is shown: nobody else has to have all cells looked at.
      onlyMarkdown: guest && hasOnlyMarkdownSelected(shell.currentWidget)
    };
  };
  const place = () => placeOf(shell.currentWidget);
  const lateRuns = new LateRuns(place, () => sayNotRun(trans));
  const inFront =
    (run: (lock: Lock, command: Run) => Promise<unknown>) =>
    (command: Run): Promise<unknown> => {
      const lock = lockIn(shell.currentWidget);
      return lock === null ? command() : run(lock, command);
    };
  guardCommands(commands, standing, {
    later: inFront((lock, command) => lateRuns.ask(lock, command)),
    through: inFront((lock, command) => lock.through(command)),
    missed: sayMayNotRun(guest, trans)
  });
}

/** What the server grants on a connection holds until it says otherwise. */
function lockByState(document: DocumentProvider): void {
  const lock = lockOf(document.model.ydoc);
  const read = () => {
    const { access, partial } = document.state;
    lock.hold = access === 'view' ? 'viewing' : partial ? 'loading' : null;
  };
  document.stateChanged.connect(read);
  read();
}

/** The forms for what is beside the text of the notebook in front: its metadata. */
function freezeTools(frozen: boolean): void {
  document.querySelectorAll<HTMLElement>('.jp-NotebookTools').forEach(tools => {
    tools.inert = frozen;
  });
}

function reasonToView(guest: boolean, trans: TranslationBundle): string {
  return guest
    ? trans.__('The link by which you came lets you view this document, not change it.')
    : trans.__('You may read the files of this server, but not change them.');
}

/** Where a person is: commands of a notebook are about its active cell. */
function placeOf(widget: Widget | null): string {
  const cell = widget instanceof NotebookPanel ? widget.content.activeCell?.model.id : undefined;
  return `${widget?.id}#${cell}`;
}

function sayNotRun(trans: TranslationBundle): void {
  Notification.info(
    trans.__('A cell was not run: its outputs were still loading, and you have left it since.'),
    { autoClose: 8_000 }
  );
}

/** Says so once, and again when that is gone. */
function sayMayNotRun(guest: boolean, trans: TranslationBundle): () => void {
  let shown = '';
  return () => {
    if (!Notification.manager.has(shown)) {
      const reason = guest
        ? trans.__('Guests do not run code. Those who have the server can run this cell for you.')
        : trans.__('You may view this document, but not run its cells.');
      shown = Notification.info(reason, { autoClose: 8_000 });
    }
  };
}

function hasOnlyMarkdownSelected(widget: Widget | null): boolean {
  if (!(widget instanceof NotebookPanel)) {
    return false;
  }
  const { content } = widget;
  return content.widgets
    .filter(cell => content.isSelectedOrActive(cell))
    .every(cell => cell instanceof MarkdownCell);
}
