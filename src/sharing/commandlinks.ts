import type { CommandLinker } from '@jupyterlab/apputils';

/** In which guests may have written Markdown. Outputs are not for them, and marked one by one. */
const WRITTEN = '.jp-Notebook, .jp-MarkdownCell, .jp-MarkdownViewer';

/** Has the question offer to trust the notebook as well, which would not answer it. */
const OFFER = 'data-trust-command';

/**
 * Have a button in Markdown ask before it starts a command, also where a notebook or the preview of
 * a text is trusted.
 *
 * JupyterLab takes all of these for the work of whom one trusts, also what comes later, but a guest
 * may have put the button there: one press would run what guests have written.
 */
export function askBeforeCommands(linker: CommandLinker): void {
  const mark = linker.markTrusted.bind(linker);
  linker.markTrusted = node => {
    if (!node.matches(WRITTEN)) {
      return mark(node);
    }
    node.removeAttribute(OFFER);
    return node;
  };
}
