import { FileEditor } from '@jupyterlab/fileeditor';
import { Notebook } from '@jupyterlab/notebook';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';

/** Puts a person back to where they were, in a widget that shows the same document. */
export type Restore = (widget: Widget) => void;

/** Remember what of `widget` is in sight, and where the cursor is. */
export function captureView(widget: Widget): Restore {
  const content = contentOf(widget);
  if (content instanceof Notebook) {
    return captureNotebook(content);
  }
  return content instanceof FileEditor ? captureEditor(content) : () => undefined;
}

function contentOf(widget: Widget): Widget | null {
  return widget instanceof DocumentWidget ? (widget.content as Widget) : null;
}

function captureNotebook(notebook: Notebook): Restore {
  const { activeCell, mode } = notebook;
  const id = activeCell?.model.id;
  const cursor = activeCell?.editor?.getCursorPosition();
  const scroll = captureScroll(notebook, NOTEBOOK_SCROLLER);
  const hadFocus = notebook.node.contains(document.activeElement);
  return widget => {
    const content = contentOf(widget);
    if (!(content instanceof Notebook)) {
      return;
    }
    const index = content.widgets.findIndex(cell => cell.model.id === id);
    content.activeCellIndex = Math.max(0, index);
    scroll(content);
    if (hadFocus && mode === 'edit') {
      content.mode = 'edit';
      putCursor(content.activeCell?.editor ?? null, cursor);
    } else if (hadFocus) {
      content.activate();
    }
  };
}

function captureEditor({ editor, node }: FileEditor): Restore {
  const cursor = editor.getCursorPosition();
  const scroll = captureScroll({ node }, EDITOR_SCROLLER);
  const hadFocus = editor.hasFocus();
  return widget => {
    const content = contentOf(widget);
    if (content instanceof FileEditor) {
      putCursor(content.editor, cursor);
      scroll(content);
      if (hadFocus) {
        content.editor.focus();
      }
    }
  };
}

const NOTEBOOK_SCROLLER = '.jp-WindowedPanel-outer';
const EDITOR_SCROLLER = '.cm-scroller';

/** Both show their content in an element of their own that scrolls. */
function captureScroll({ node }: { node: HTMLElement }, selector: string) {
  const top = (node.querySelector(selector) ?? node).scrollTop;
  return (target: { node: HTMLElement }): void => {
    (target.node.querySelector(selector) ?? target.node).scrollTop = top;
  };
}

/** Others may have made the text shorter meanwhile; the editor takes the nearest place. */
function putCursor(
  editor: CodeEditor.IEditor | null,
  cursor: CodeEditor.IPosition | undefined
): void {
  if (editor === null || cursor === undefined) {
    return;
  }
  const line = Math.min(cursor.line, editor.lineCount - 1);
  const column = Math.min(cursor.column, editor.getLine(line)?.length ?? 0);
  editor.setCursorPosition({ line, column }, { scroll: false });
}
