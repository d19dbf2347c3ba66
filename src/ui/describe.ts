import type { TranslationBundle } from '@jupyterlab/translation';

import { explain, explainRefusal, explainSave } from '../explain';
import type { Kept } from '../offline';
import { unsynced } from '../session';
import type { SessionState } from '../session';
import { conditionOf } from './condition';
import type { Condition } from './condition';

export type ActionId = 'reconnect' | 'save';

/** What is shown of it: a few words, the whole story, and what can be done. */
export interface Description {
  readonly condition: Condition;
  readonly label: string;
  /** Full sentences. The first one tells the most. */
  readonly story: readonly string[];
  readonly actions: readonly ActionId[];
}

/** Put `state` into words, and whether this browser has `kept` what the server does not have. */
export function describe(
  state: SessionState,
  trans: TranslationBundle,
  kept: Kept = 'nothing'
): Description {
  const condition = conditionOf(state);
  return {
    condition,
    label: label(condition, state, trans),
    story: [...tell(condition, state, trans), ...tellUnsynced(condition, state, kept, trans)].map(
      fullSentence
    ),
    actions: actionsFor(condition).filter(action => action !== 'save' || state.access === 'edit')
  };
}

/** What the server says may have no full stop. */
export function fullSentence(text: string): string {
  return text.replace(/[^.]$/u, '$&.');
}

function actionsFor(condition: Condition): ActionId[] {
  switch (condition) {
    case 'offline':
    case 'missing':
    case 'refused':
      return ['reconnect'];
    case 'gone':
    case 'failed':
    case 'off':
    case 'degraded':
    case 'synced':
      return ['save'];
    default:
      return [];
  }
}

function label(condition: Condition, state: SessionState, trans: TranslationBundle): string {
  switch (condition) {
    case 'connecting':
      return trans.__('Connecting…');
    case 'loading':
      return trans.__('Loading outputs…');
    case 'offline':
      return labelOffline(unsynced(state), trans);
    case 'missing':
    case 'gone':
      return trans.__('File deleted');
    case 'unreadable':
      return trans.__('File unreadable');
    case 'refused':
      return trans.__('Not connected');
    case 'reopening':
      return trans.__('Opening again…');
    case 'failed':
      return labelFailure(state.status?.save.reason, trans);
    case 'incomplete':
      return trans.__('Saved in part');
    case 'degraded':
      return trans.__('History not kept');
    case 'viewing':
      return trans.__('View only');
    case 'syncing':
      return trans.__('Syncing…');
    case 'off':
      return trans.__('Not saved automatically');
    case 'saved':
      return trans.__('Saved');
    case 'synced':
      return trans.__('Synced');
  }
}

function labelOffline(count: number, trans: TranslationBundle): string {
  return count === 0
    ? trans.__('Offline')
    : trans._n('Offline – %1 unsynced change', 'Offline – %1 unsynced changes', count);
}

function labelFailure(reason: string | undefined, trans: TranslationBundle): string {
  switch (reason) {
    case 'disk-full':
      return trans.__('Save failed – disk full');
    case 'not-allowed':
      return trans.__('Save failed – not allowed');
    case 'no-such-file':
      return trans.__('Save failed – no such file');
    case 'too-large':
      return trans.__('Save failed – too large');
    case 'unfinished':
      return trans.__('Saved, with an error');
    default:
      return trans.__('Save failed');
  }
}

function tell(condition: Condition, state: SessionState, trans: TranslationBundle): string[] {
  const { path, status } = state;
  switch (condition) {
    case 'connecting':
      return [trans.__('The document is being opened.')];
    case 'loading':
      return tellLoading(state, trans);
    case 'offline':
      return tellOffline(state, trans);
    case 'missing':
      return [
        trans.__('The file %1 does not exist any more.', path),
        trans.__('The document stays open here, and goes on when the file is back.')
      ];
    case 'refused':
      return [tellRefusal(state, trans)];
    case 'reopening':
      return [
        trans.__('The server has started a new history of this document.'),
        trans.__('It is being opened again with your changes.')
      ];
    case 'gone':
      return tellGone(state, trans);
    case 'unreadable':
      return [
        status?.file.message ?? trans.__('The server cannot read %1.', path),
        trans.__('The server keeps the document, and goes on when the file can be read again.')
      ];
    case 'failed':
      return tellFailure(state, trans);
    case 'incomplete':
      return [
        trans.__('The file has been saved without what no notebook can hold.'),
        ...(status?.save.message === undefined ? [] : [status.save.message])
      ];
    case 'degraded':
      return tellDegraded(state, trans);
    case 'viewing':
      return [trans.__('You may view this document, but not change it.')];
    case 'syncing':
      return [trans.__('Your changes are on their way to the server.')];
    case 'off':
      return [
        trans.__('The server keeps all changes, but writes the file only when you save.'),
        trans.__('Saving by itself is switched off by everybody who has the document open.')
      ];
    case 'saved':
      return [tellSaved(status?.save.at, trans)];
    case 'synced':
      return [trans.__('The server keeps all your changes, and will write the file in a moment.')];
  }
}

function tellLoading({ access }: SessionState, trans: TranslationBundle): string[] {
  const coming = trans.__('The cells are here, and their outputs are on their way.');
  return access === 'edit'
    ? [coming, trans.__('You can write and add cells. Cells are run once all outputs are here.')]
    : [coming];
}

function tellOffline({ partial, access }: SessionState, trans: TranslationBundle): string[] {
  const mayEdit = access === 'edit';
  return [
    partial
      ? trans.__('There is no connection to the server, and not all outputs are here.')
      : mayEdit
        ? trans.__('There is no connection to the server. You can go on working.')
        : trans.__('There is no connection to the server. You see the document as it was before.'),
    trans.__('The connection is tried again by itself.'),
    ...(partial && mayEdit
      ? [trans.__('You can write and add cells. Cells are run once all is here.')]
      : [])
  ];
}

function tellRefusal({ link, path }: SessionState, trans: TranslationBundle): string {
  return link.kind === 'refused'
    ? explainRefusal(trans, link, path)
    : trans.__('The document was closed.');
}

function tellGone({ path, access }: SessionState, trans: TranslationBundle): string[] {
  return [
    trans.__('The file %1 was deleted or moved away.', path),
    access === 'edit'
      ? trans.__('The server keeps the document. Saving it writes the file again.')
      : trans.__('The server keeps the document. When somebody saves it, the file is there again.')
  ];
}

function tellFailure({ path, status, access }: SessionState, trans: TranslationBundle): string[] {
  const { reason = '', message, retryAt } = status?.save ?? {};
  return [
    explainSave(trans, { reason, message }, path),
    access === 'edit'
      ? trans.__('The server keeps all your changes.')
      : trans.__('The server keeps all changes.'),
    retryAt === undefined
      ? trans.__('It tries again by itself.')
      : trans.__('It tries again by itself at %1.', timeOf(retryAt))
  ];
}

function tellDegraded({ status }: SessionState, trans: TranslationBundle): string[] {
  const { reason = '', message } = status?.history ?? {};
  return [
    explain(
      trans,
      { reason, message },
      trans.__('The server cannot write to the history of this document at the moment.')
    ),
    trans.__('The file is still being saved. The server tries again by itself.')
  ];
}

function tellSaved(at: number | undefined, trans: TranslationBundle): string {
  return at === undefined
    ? trans.__('All changes are in the file.')
    : trans.__('All changes are in the file, which was last written at %1.', timeOf(at));
}

/** How much there is to lose, where that is not the story already. */
function tellUnsynced(
  condition: Condition,
  state: SessionState,
  kept: Kept,
  trans: TranslationBundle
): string[] {
  if (condition === 'viewing' && kept === 'kept') {
    return [
      trans.__('What you wrote before, and the server did not get, is kept in this browser.'),
      trans.__('It is sent once you may change the document again.')
    ];
  }
  const count = unsynced(state);
  if (count === 0 || (condition === 'syncing' && kept !== 'failed')) {
    return [];
  }
  switch (kept) {
    case 'kept':
      return [
        trans._n(
          '%1 change is kept in this browser until the server has it, even if you close this page.',
          '%1 changes are kept in this browser until the server has them, even if you close this page.',
          count
        )
      ];
    case 'failed':
      return [
        trans._n(
          '%1 change is only in this page: leaving the page loses it.',
          '%1 changes are only in this page: leaving the page loses them.',
          count
        ),
        trans.__('This browser cannot keep them, as its storage is full or switched off.')
      ];
    case 'nothing':
      return [
        trans._n(
          '%1 change is only in this page: do not close it.',
          '%1 changes are only in this page: do not close it.',
          count
        )
      ];
  }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString();
}
