import type { Content, Difference } from '../rebase';

/**
 * What somebody wrote that the server does not have, as text to be kept elsewhere: the changed
 * cells of a notebook, one after the other, or the whole of another document.
 */
export function unsentText({ base, mine }: Difference): string {
  if (mine.kind === 'notebook') {
    const before = new Map(cellsOf(base).map(cell => [cell.id, cell.source]));
    return mine.notebook.cells
      .filter(cell => cell.source !== (before.get(cell.id) ?? ''))
      .map(cell => cell.source)
      .join('\n\n');
  }
  return mine.kind === 'text' ? mine.text : JSON.stringify(mine.source);
}

function cellsOf(content: Content) {
  return content.kind === 'notebook' ? content.notebook.cells : [];
}
