import type { TranslationBundle } from '@jupyterlab/translation';
import { shareIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';

import type { SharingApi } from './api';
import type { ShareRight } from './right';
import type { ShareSection } from './section';
import type { Subject } from './subject';
import type { Subjects } from './subjects';
import { openShareDialog } from './ui/dialog';

export const ShareCommands = {
  server: 'collab:share-server',
  document: 'collab:share-document',
  file: 'collab:share-file'
} as const;

interface Parts {
  readonly subjects: Pick<Subjects, 'current' | 'selected' | 'at' | 'page'>;
  readonly sections: readonly ShareSection[];
  readonly api: SharingApi;
  /** Who may not share is offered none of it. */
  readonly right: Pick<ShareRight, 'isHeld' | 'changed'>;
  readonly trans: TranslationBundle;
}

/** What can be shared, as commands. `path` names a file; without it, the document in front. */
export function addShareCommands(commands: CommandRegistry, parts: Parts): void {
  const { subjects, sections, api, right, trans } = parts;
  const isVisible = () => right.isHeld;
  const subjectOf = ({ path }: Args): Subject | null =>
    typeof path === 'string' ? subjects.at(path) : subjects.current;
  const open = async (first: string, subject: Subject | null) =>
    openShareDialog({ sections, first, subject, page: subjects.page, api, trans });

  const add = (what: 'server' | 'document', label: string, caption: string) =>
    commands.addCommand(ShareCommands[what], {
      label,
      caption,
      icon: args => (args.isMenu === true ? undefined : shareIcon),
      describedBy: PATH,
      isVisible,
      isEnabled: isVisible,
      execute: args => open(what, subjectOf(args))
    });
  add(
    'server',
    trans.__('Share Jupyter Server Link…'),
    trans.__('Copy a link that gives everything on this server')
  );
  add(
    'document',
    trans.__('Share This Document…'),
    trans.__('Make links that open this document and nothing else')
  );
  commands.addCommand(ShareCommands.file, {
    label: trans.__('Share…'),
    caption: trans.__('Share what is selected in the file browser'),
    icon: shareIcon,
    describedBy: NOTHING,
    isVisible,
    isEnabled: () => right.isHeld && subjects.selected !== null,
    execute: () => open('document', subjects.selected)
  });
  right.changed.connect(() => commands.notifyCommandChanged());
}

type Args = { readonly path?: unknown; readonly isMenu?: unknown };

const PATH = { args: { type: 'object', properties: { path: { type: 'string' } } } } as const;
const NOTHING = { args: { type: 'object', properties: {} } } as const;
