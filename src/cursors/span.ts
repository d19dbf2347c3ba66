import type { EditorView } from '@codemirror/view';

/** The upper and the lower edge of something, in pixels. */
export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Where the line at `offset` of an editor is in the window: its height is estimated as long as it
 * has not been drawn. Of a line that is wrapped and not all in `frame`, the part at `offset`.
 */
export function spanOf(view: EditorView, offset: number, frame: Span): Span {
  const at = Math.min(offset, view.state.doc.length);
  const { top, bottom } = view.lineBlockAt(at);
  const line = { top: view.documentTop + top, bottom: view.documentTop + bottom };
  const isCut = line.top < frame.top !== line.bottom < frame.top;
  const isCutBelow = line.top > frame.bottom !== line.bottom > frame.bottom;
  return (isCut || isCutBelow ? view.coordsAtPos(at) : null) ?? line;
}
