import { EditorView } from '@codemirror/view';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { User } from '../presence';
import { beyond, directionOf, OutOfSight } from './beyond';
import type { Beyond } from './beyond';
import type { CursorSettings } from './settings';
import { spanOf } from './span';
import type { CursorTracker } from './tracker';
import { mainOf } from './wire';

/** Somebody who writes in a text file: where, in UTF-16 code units. */
interface Writer {
  readonly user: User;
  readonly offset: number;
}

/** Shows at a text file who is out of sight in it. */
export class FilePresence extends OutOfSight<Writer> {
  /** Null where the file is shown by an editor that is not CodeMirror. */
  static of(
    panel: IDocumentWidget<FileEditor>,
    tracker: CursorTracker,
    settings: CursorSettings,
    trans: TranslationBundle
  ): FilePresence | null {
    const { editor } = panel.content;
    return editor instanceof CodeMirrorEditor
      ? new FilePresence(panel, editor.editor, tracker, settings, trans)
      : null;
  }

  private constructor(
    panel: IDocumentWidget<FileEditor>,
    private readonly _view: EditorView,
    tracker: CursorTracker,
    settings: CursorSettings,
    trans: TranslationBundle
  ) {
    super(panel, _view.scrollDOM, tracker, settings, trans);
  }

  protected override look(frame: DOMRect): Beyond<Writer> {
    return beyond(this._writers(), ({ offset }) =>
      directionOf(spanOf(this._view, offset, frame), frame)
    );
  }

  protected override goTo({ offset }: Writer, withFocus: boolean): Promise<void> {
    const view = this._view;
    const caret = Math.min(offset, view.state.doc.length);
    view.dispatch({
      effects: EditorView.scrollIntoView(caret, { y: 'center' }),
      ...(withFocus ? { selection: { anchor: caret } } : {})
    });
    if (withFocus) {
      view.focus();
    }
    return Promise.resolve();
  }

  private _writers(): readonly Writer[] {
    const writers: Writer[] = [];
    for (const [client, { user }] of this.tracker.roster.peers) {
      const caret = mainOf(this.tracker.rangesOf(client));
      if (caret !== undefined) {
        writers.push({ user, offset: caret.head });
      }
    }
    return writers;
  }
}
