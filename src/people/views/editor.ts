import { EditorView as CodeMirror } from '@codemirror/view';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { YFile } from '@jupyter/ydoc';
import { createRelativePositionFromTypeIndex } from 'yjs';

import { findPosition } from '../../presence';
import type { Peer, View } from '../../presence';
import { nextFrame, TOLERANCE } from '../../ui/sight';
import { caretOf } from './caret';
import { ScrollingView } from './view';

/** The visible part of a text file. */
export class EditorView extends ScrollingView<IDocumentWidget<FileEditor>> {
  constructor(
    widget: IDocumentWidget<FileEditor>,
    private readonly _model: YFile
  ) {
    super(widget, codeMirrorOf(widget)?.scrollDOM);
  }

  read(): View | null {
    const editor = this._editor;
    if (editor === null) {
      return null;
    }
    const top = editor.scrollDOM.scrollTop;
    const line = editor.lineBlockAtHeight(top - editor.documentPadding.top);
    const at = createRelativePositionFromTypeIndex(this._model.ysource, line.from);
    const share = Math.min(1, Math.max(0, (top - line.top) / line.height));
    return { at, share: Math.round(share * 100) / 100 };
  }

  async show({ at, share }: View): Promise<boolean> {
    const found = findPosition(at, this._model.ydoc);
    const editor = this._editor;
    if (found === null || editor === null) {
      return false;
    }
    const index = Math.min(found.index, editor.state.doc.length);
    const { top, height } = editor.lineBlockAt(index);
    const wanted = top + share * height;
    if (Math.abs(wanted - editor.scrollDOM.scrollTop) > TOLERANCE) {
      // Lines that were never drawn have an estimated height: come near, then look again.
      editor.dispatch({ effects: CodeMirror.scrollIntoView(index, { y: 'start', yMargin: 0 }) });
      await nextFrame();
      const line = editor.lineBlockAt(Math.min(index, editor.state.doc.length));
      editor.scrollDOM.scrollTop = line.top + share * line.height;
    }
    return true;
  }

  async goTo(peer: Peer): Promise<boolean> {
    const caret = caretOf(peer, this._model.ydoc);
    const editor = this._editor;
    if (editor === null || caret === null || caret.text !== this._model.ysource) {
      return (await this.showViewOf(peer)) !== null;
    }
    const index = Math.min(caret.index, editor.state.doc.length);
    editor.dispatch({ effects: CodeMirror.scrollIntoView(index, { y: 'center' }) });
    await nextFrame();
    return true;
  }

  private get _editor(): CodeMirror | null {
    return codeMirrorOf(this.widget);
  }
}

function codeMirrorOf({ content: { editor } }: IDocumentWidget<FileEditor>): CodeMirror | null {
  return editor instanceof CodeMirrorEditor ? editor.editor : null;
}
