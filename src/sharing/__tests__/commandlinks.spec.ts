import { CommandLinker, Dialog } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';

import { askBeforeCommands } from '../commandlinks';
import { until } from './until';

/** A button below a node with this class, which JupyterLab has marked as trusted. */
function buttonIn(linker: CommandLinker, className: string): HTMLElement {
  const node = document.createElement('div');
  node.className = className;
  node.setAttribute('data-trust-command', 'notebook:trust');
  const button = linker.connectNode(document.createElement('button'), 'run');
  node.append(button);
  document.body.append(node);
  linker.markTrusted(node);
  return button;
}

describe('askBeforeCommands', () => {
  const execute = jest.fn();
  let linker: CommandLinker;

  beforeEach(() => {
    execute.mockReset();
    const commands = new CommandRegistry();
    commands.addCommand('run', { label: 'Run', execute });
    linker = new CommandLinker({ commands });
    askBeforeCommands(linker);
  });

  afterEach(() => {
    Dialog.flush();
    linker.dispose();
    document.body.replaceChildren();
  });

  it.each(['jp-Notebook', 'jp-Cell jp-MarkdownCell', 'jp-MarkdownViewer jp-mod-trusted'])(
    'asks in a %s that is trusted',
    async name => {
      buttonIn(linker, name).click();
      await until(() => document.querySelector('.jp-Dialog') !== null);
      expect(document.querySelector('.jp-Dialog')?.textContent).toContain('Running a command');
      expect(document.querySelectorAll('.jp-Dialog-footer button')).toHaveLength(2);
      expect(execute).not.toHaveBeenCalled();
    }
  );

  it('does not ask in outputs that are trusted', async () => {
    buttonIn(linker, 'jp-RenderedHTML').click();
    await until(() => execute.mock.calls.length > 0);
    expect(document.querySelector('.jp-Dialog')).toBeNull();
  });
});
