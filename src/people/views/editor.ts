import { EditorView as CodeMirror } from '@codemirror/view';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { YFile } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { createRelativePositionFromTypeIndex } from 'yjs';

import { resolve, viewOf } from '../../presence';
import type { Peer, View } from '../../presence';
import { caretOf } from './caret';
import { nextFrame, TOLERANCE } from './view';
import type { DocumentView } from './view';

/** The visible part of a text file. */
export class EditorView implements DocumentView {
  constructor(
    readonly widget: IDocumentWidget<FileEditor>,
    private readonly _model: YFile
  ) {
    this._scroller?.addEventListener('scroll', this._onScroll, { passive: true });
    widget.disposed.connect(() => this.dispose());
  }

  get moved(): ISignal<this, void> {
    return this._moved;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._scroller?.removeEventListener('scroll', this._onScroll);
    Signal.clearData(this);
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

  async show({ at, share }: View): Promise<void> {
    const found = resolve(at, this._model.ydoc);
    const editor = this._editor;
    if (found === null || editor === null) {
      return;
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
  }

  async goTo(peer: Peer): Promise<boolean> {
    const caret = caretOf(peer, this._model.ydoc);
    const editor = this._editor;
    if (editor === null || caret === null || caret.text !== this._model.ysource) {
      const view = viewOf(peer);
      await (view === null ? undefined : this.show(view));
      return view !== null;
    }
    const index = Math.min(caret.index, editor.state.doc.length);
    editor.dispatch({ effects: CodeMirror.scrollIntoView(index, { y: 'center' }) });
    await nextFrame();
    return true;
  }

  private get _editor(): CodeMirror | null {
    const { editor } = this.widget.content;
    return editor instanceof CodeMirrorEditor ? editor.editor : null;
  }

  private get _scroller(): HTMLElement | undefined {
    return this._editor?.scrollDOM;
  }

  private readonly _onScroll = (): void => this._moved.emit();

  private _isDisposed = false;
  private readonly _moved = new Signal<this, void>(this);
}
