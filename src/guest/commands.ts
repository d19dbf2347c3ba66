/** Which commands make sense for those who may not do everything. Pure. */

/** Who asks for a command, and where. */
export interface Standing {
  /** Came by a link, and has nothing of the server but its documents. */
  readonly guest: boolean;
  /** The document in front may only be viewed. */
  readonly viewOnly: boolean;
  /** Not all of the document in front has come yet. */
  readonly loading: boolean;
  /** A guest has selected nothing but Markdown cells, which are rendered without a kernel. */
  readonly onlyMarkdown: boolean;
}

/**
 * `never`: it is not run either, whoever asks. `later`: it is run once all of the document has come.
 * `through`: it only adds to the document, so that it need not wait for that. `hidden`: it is not offered.
 */
export type Verdict = 'allowed' | 'through' | 'later' | 'never' | 'hidden';

/** Whether a command is offered. */
export function judge(command: string, standing: Standing): Verdict {
  if (standing.viewOnly && changes(command)) {
    return 'never';
  }
  const verdict = judgeOf(command, standing);
  return verdict === 'allowed' && standing.loading ? judgeWhileLoading(command) : verdict;
}

function judgeWhileLoading(command: string): Verdict {
  if (RUNS.test(command)) {
    return 'later';
  }
  if (ADDS.test(command)) {
    return 'through';
  }
  return changes(command) && !WRITES_TEXT.test(command) ? 'never' : 'allowed';
}

function judgeOf(command: string, standing: Standing): Verdict {
  if (!standing.guest) {
    return 'allowed';
  }
  if (RENDERS.test(command)) {
    return standing.onlyMarkdown ? 'allowed' : 'never';
  }
  return FOR_GUESTS.test(command) && !NOT_FOR_GUESTS.test(command) ? 'allowed' : 'hidden';
}

/** Whether a command changes the document in front, its file, or what runs for it. */
export function changes(command: string): boolean {
  return command.startsWith('notebook:') ? !READS_NOTEBOOK.test(command) : CHANGES.test(command);
}

/** Whether a command runs cells, or renders them. */
export function runsCells(command: string): boolean {
  return RUNS.test(command);
}

/** One expression for the names of commands: the namespace, and what comes after the colon. */
function names(...patterns: readonly (readonly [namespace: string, after: string])[]): RegExp {
  const parts = patterns.map(([namespace, after]) => `${namespace}:(?:${after})`);
  return new RegExp(`^(?:${parts.join('|')})$`, 'u');
}

/** All other commands of notebooks change something, those too that a new release brings. */
const READS_NOTEBOOK = names([
  'notebook',
  [
    'collapse-all-headings|expand-all-headings|toggle-heading-collapse',
    'copy-cell|copy-selected-text|copy-to-clipboard',
    'deselect-all|select-.+|extend-marked-.+|move-cursor-.+|enter-command-mode',
    '(?:enable|disable|toggle)-output-scrolling|(?:hide|show|toggle)-(?:all-)?cell-.+',
    'export-to-format|get-kernel|set-side-by-side-ratio|render-all-markdown',
    'toggle-(?:all-cell-line-numbers|render-side-by-side-current|virtual-scrollbar|full-width)',
    'close-and-.+|open-tree-tab'
  ].join('|')
]);

const CHANGES = names(
  ['application', 'rename|duplicate'],
  ['cell-toolbar', '.+'],
  ['codemirror', 'delete-line|markdown-.+|toggle-(?:block-)?comment'],
  ['collab', 'put-back-cell'],
  ['completer', 'invoke-.+|select-.+'],
  [
    'docmanager',
    'clone|delete|delete-file|duplicate|rename|reload|restore-checkpoint|save|toggle-autosave'
  ],
  ['documentsearch', 'startWithReplace'],
  ['editmenu', 'undo|redo|clear-.+'],
  ['fileeditor', 'create-console|cut|paste|redo|replace-selection|restart-console|run-.+|undo'],
  ['inline-completer', '.+'],
  ['kernelmenu', '.+'],
  ['runmenu', '(?!open).+'],
  ['toc', 'run-cells'],
  ['tooltip', 'launch-.+']
);

/** What runs cells, which takes their old outputs away. */
const RUNS = names(
  ['notebook', 'run-.+|restart-run-.+|restart-and-run-.+'],
  ['runmenu', '(?!open).+'],
  ['toc', 'run-cells']
);

/** What puts a cell beside others, and leaves those as they are. */
const ADDS = names(['notebook', 'insert-cell-(?:above|below)']);

/** What is about the text of an editor, or has the server write the file as soon as it can. */
const WRITES_TEXT = names(
  ['codemirror', '.+'],
  ['completer', '.+'],
  ['docmanager', 'save'],
  ['documentsearch', 'startWithReplace'],
  ['editmenu', 'undo|redo'],
  ['inline-completer', '.+'],
  ['notebook', 'enter-edit-mode'],
  ['tooltip', '.+']
);

/** A guest has no kernel; of running a cell there remains the rendering of Markdown. */
const RENDERS = names(
  ['notebook', 'run-cell|run-cell-and-select-next|run-cell-and-insert-below'],
  ['runmenu', 'run']
);

/** Guests are offered what is known to work without a server. */
const FOR_GUESTS = names(
  [
    'application',
    'move-widget|reset-widget-zoom|zoom-.+-widget|toggle-(?:fullscreen|presentation)-mode|' +
      'toggle-(?:header|top|zen|panel|context-menu|left-area|right-area)|handle-local-link'
  ],
  [
    'apputils',
    'activate-command-palette|adaptive-theme|change-.+|(?:in|de)cr-font-size|theme-scrollbars|' +
      'display-.+|(?:dismiss|update)-notification|notify|print|run-.+-enabled|toggle-header'
  ],
  ['cell-toolbar', '.+'],
  ['codemirror', '.+'],
  [
    'collab',
    'edit-profile|follow-person|go-to-person|open-at-person|present|put-back-cell|show-people|stop-following'
  ],
  ['completer', '.+'],
  ['csv', '.+'],
  ['docmanager', 'download|save'],
  ['documentsearch', '.+'],
  ['editmenu', '.+'],
  ['fileeditor', '.+'],
  ['help', 'about'],
  ['imageviewer', '.+'],
  ['jupyter-collab', 'go-.+'],
  ['jupyter-notebook', 'open-notebook|open-lab'],
  ['jupyterlab-translation', '.+'],
  ['markdownviewer', 'edit|open'],
  ['mathjax', '.+'],
  ['mermaid', '.+'],
  ['notebook', '.+'],
  ['rendermime', '.+'],
  ['sidebar', 'switch'],
  ['statusbar', 'toggle'],
  ['toc', '.+'],
  ['tsv', '.+'],
  ['viewmenu', '.+']
);

/** What of that needs a kernel, or is taken back by the server. */
const NOT_FOR_GUESTS = names(
  ['editmenu', 'clear-.+'],
  ['fileeditor', 'create-.+|restart-console|run-.+|change-(?:font-size|tabs|theme)'],
  ['jupyterlab-translation', 'install-languages'],
  [
    'notebook',
    [
      'access-.+-history-entry|change-kernel|clear-.+|close-and-.+|create-.+|edit-metadata',
      'export-to-format|get-kernel|interrupt-kernel|open-tree-tab|reconnect-to-kernel',
      'restart-.+|run-.+|select-last-run-cell|shutdown-kernel|trust'
    ].join('|')
  ],
  ['toc', 'run-cells']
);
