import { YCodeCell } from '@jupyter/ydoc';
import type { YNotebook } from '@jupyter/ydoc';

import type { LostCell } from './stay';

/**
 * Have a cell again that somebody has deleted, unless it is there by now. Its outputs come in a change
 * of their own: where they are larger than the server takes, they are left out, and the text is not.
 */
export function putBackInto(
  notebook: YNotebook,
  { id, index, type, source, metadata, count, outputs, attachments }: LostCell
): void {
  if (notebook.cells.some(cell => cell.id === id)) {
    return;
  }
  const at = Math.min(index, notebook.cells.length);
  const extra = type === 'code' ? { execution_count: count } : { attachments };
  const cell = notebook.insertCell(at, { id, cell_type: type, source, metadata, ...extra });
  if (cell instanceof YCodeCell && outputs.length > 0) {
    cell.setOutputs([...outputs]);
  }
}
