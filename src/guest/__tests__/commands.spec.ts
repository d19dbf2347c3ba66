import { CommandRegistry } from '@lumino/commands';

import { guardCommands } from '../commandgate';
import { changes, judge } from '../commands';
import type { Standing } from '../commands';

const OWNER: Standing = { guest: false, viewOnly: false, loading: false, onlyMarkdown: false };
const VIEWER: Standing = { ...OWNER, viewOnly: true };
const LOADING: Standing = { ...OWNER, loading: true };
const GUEST: Standing = { ...OWNER, guest: true };
const GUEST_VIEWER: Standing = { ...GUEST, viewOnly: true };

const WRITING = [
  'notebook:run-cell-and-select-next',
  'notebook:insert-cell-below',
  'notebook:enter-edit-mode',
  'notebook:paste-cell-below',
  'notebook:move-cell-up',
  'notebook:trust',
  'notebook:edit-metadata',
  'notebook:restart-run-all',
  'notebook:a-command-of-a-new-release',
  'docmanager:save',
  'docmanager:rename',
  'documentsearch:startWithReplace',
  'editmenu:undo',
  'fileeditor:paste',
  'codemirror:delete-line',
  'cell-toolbar:delete',
  'collab:put-back-cell',
  'runmenu:run-all',
  'kernelmenu:restart'
];

const READING = [
  'notebook:copy-cell',
  'notebook:copy-selected-text',
  'notebook:select-all',
  'notebook:move-cursor-down',
  'notebook:extend-marked-cells-below',
  'notebook:collapse-all-headings',
  'notebook:hide-all-cell-outputs',
  'documentsearch:start',
  'fileeditor:copy',
  'fileeditor:go-to-line',
  'runmenu:open',
  'toc:show-panel',
  'apputils:change-theme',
  'docmanager:download',
  'collab:go-to-person'
];

describe('judge', () => {
  it('leaves those alone who may do everything', () => {
    [...WRITING, ...READING, 'terminal:open'].forEach(command =>
      expect([command, judge(command, OWNER)]).toEqual([command, 'allowed'])
    );
  });

  it('puts off running cells while their outputs are loading, and leaves those as they are', () => {
    const now: Record<string, string> = {
      'notebook:run-cell-and-select-next': 'later',
      'notebook:restart-run-all': 'later',
      'runmenu:run-all': 'later',
      'notebook:insert-cell-below': 'through',
      'notebook:enter-edit-mode': 'allowed',
      'docmanager:save': 'allowed',
      'documentsearch:startWithReplace': 'allowed',
      'editmenu:undo': 'allowed',
      'codemirror:delete-line': 'allowed'
    };
    WRITING.forEach(command =>
      expect([command, judge(command, LOADING)]).toEqual([command, now[command] ?? 'never'])
    );
    expect(judge('notebook:insert-cell-below', { ...VIEWER, loading: true })).toBe('never');
    READING.forEach(command =>
      expect([command, judge(command, LOADING)]).toEqual([command, 'allowed'])
    );
    expect(judge('notebook:run-cell', { ...VIEWER, loading: true })).toBe('never');
    expect(judge('notebook:run-cell', { ...GUEST, loading: true })).toBe('never');
  });

  it.each([VIEWER, GUEST_VIEWER])('takes from viewers what would change something', standing => {
    WRITING.forEach(command =>
      expect([command, judge(command, standing)]).toEqual([command, 'never'])
    );
    READING.filter(command => command !== 'runmenu:open').forEach(command =>
      expect([command, judge(command, standing)]).toEqual([command, 'allowed'])
    );
    expect(changes('runmenu:open')).toBe(false);
  });

  it('lets guests edit, and hides from them what needs the server', () => {
    ['notebook:insert-cell-below', 'notebook:paste-cell-below', 'docmanager:save'].forEach(
      command => expect([command, judge(command, GUEST)]).toEqual([command, 'allowed'])
    );
    [
      'kernelmenu:restart',
      'notebook:restart-kernel',
      'notebook:run-all-cells',
      'notebook:change-kernel',
      'notebook:clear-all-cell-outputs',
      'notebook:trust',
      'docmanager:rename',
      'docmanager:new-untitled',
      'filebrowser:toggle-main',
      'terminal:create-new',
      'settingeditor:open',
      'some-extension:command'
    ].forEach(command => expect([command, judge(command, GUEST)]).toEqual([command, 'hidden']));
  });

  it('lets guests render Markdown by the keys that run cells', () => {
    const run = 'notebook:run-cell-and-select-next';
    expect(judge(run, GUEST)).toBe('never');
    expect(judge(run, { ...GUEST, onlyMarkdown: true })).toBe('allowed');
  });
});

describe('guardCommands', () => {
  function registry(standing: Standing) {
    const commands = new CommandRegistry();
    const run: string[] = [];
    const ids = ['notebook:cut-cell', 'notebook:copy-cell', 'notebook:run-cell', 'terminal:open'];
    ids.push('notebook:insert-cell-below');
    ids.forEach(id => commands.addCommand(id, { execute: () => run.push(id) }));
    commands.addCommand('notebook:select-all', { execute: () => 0, isEnabled: () => false });
    const waiting: (() => Promise<unknown>)[] = [];
    const missed = jest.fn();
    guardCommands(commands, () => standing, {
      later: command => Promise.resolve(waiting.push(command)),
      through: command => {
        run.push('through');
        return command();
      },
      missed
    });
    return { commands, run, waiting, missed };
  }

  it('lets through what only adds', async () => {
    const { commands, run } = registry(LOADING);
    expect(commands.isEnabled('notebook:insert-cell-below')).toBe(true);
    expect(commands.isVisible('notebook:insert-cell-below')).toBe(true);
    await commands.execute('notebook:insert-cell-below');
    expect(run).toEqual(['through', 'notebook:insert-cell-below']);
  });

  it('hands on what is for later', async () => {
    const { commands, run, waiting } = registry(LOADING);
    expect(commands.isEnabled('notebook:run-cell')).toBe(true);
    expect(commands.isVisible('notebook:run-cell')).toBe(true);
    expect(commands.isEnabled('notebook:cut-cell')).toBe(false);
    await commands.execute('notebook:run-cell');
    await commands.execute('notebook:cut-cell');
    expect(run).toEqual([]);
    await waiting[0]?.();
    expect(run).toEqual(['notebook:run-cell']);
  });

  it('greys for viewers what they may not do, and does not run it', async () => {
    const { commands, run } = registry(VIEWER);
    expect(commands.isEnabled('notebook:cut-cell')).toBe(false);
    expect(commands.isVisible('notebook:cut-cell')).toBe(true);
    expect(commands.isEnabled('notebook:copy-cell')).toBe(true);
    expect(commands.isEnabled('notebook:select-all')).toBe(false);
    await commands.execute('notebook:cut-cell');
    await commands.execute('notebook:copy-cell');
    expect(run).toEqual(['notebook:copy-cell']);
  });

  it('tells those who press the keys that run cells, and may not, and nobody else', () => {
    const keys = { _luminoEvent: { type: 'keybinding', keys: ['Shift Enter'] } };
    for (const standing of [VIEWER, GUEST, GUEST_VIEWER]) {
      const { commands, missed } = registry(standing);
      commands.isEnabled('notebook:run-cell');
      commands.isEnabled('notebook:cut-cell', keys);
      commands.isEnabled('terminal:open', keys);
      expect(missed).not.toHaveBeenCalled();
      expect(commands.isEnabled('notebook:run-cell', keys)).toBe(false);
      expect(missed).toHaveBeenCalledTimes(1);
    }
    const markdown = registry({ ...GUEST, onlyMarkdown: true });
    for (const { commands, missed } of [markdown, registry(OWNER), registry(LOADING)]) {
      expect(commands.isEnabled('notebook:run-cell', keys)).toBe(true);
      expect(missed).not.toHaveBeenCalled();
    }
  });

  it('leaves out for guests what is not for them', async () => {
    const { commands, run } = registry(GUEST_VIEWER);
    expect(commands.isVisible('notebook:cut-cell')).toBe(false);
    expect(commands.isVisible('terminal:open')).toBe(false);
    expect(commands.isVisible('notebook:copy-cell')).toBe(true);
    // Plugins call commands of each other at their start: what that does is the server's affair.
    await commands.execute('terminal:open');
    expect(run).toEqual(['terminal:open']);
  });
});
