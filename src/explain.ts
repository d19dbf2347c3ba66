import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * Why something did not work: a word for programs, the server's sentence in English, and what
 * exactly is wrong, and where.
 */
export interface Cause {
  readonly reason: string;
  readonly message?: string;
  readonly detail?: string;
}

/** Why a document cannot be opened, or is not open any more, in plain words. */
export function explainRefusal(trans: TranslationBundle, cause: Cause, path: string): string {
  const { detail = '' } = cause; // in the server's words, which are English
  switch (cause.reason) {
    case 'no-such-file':
      return trans.__('There is no file %1. It may have been moved or deleted.', path);
    case 'not-allowed':
      return trans.__('You are not allowed to open %1.', path);
    case 'unauthenticated':
      return trans.__(
        'You are not logged in any more. Reload this page to log in, and to go on with %1.',
        path
      );
    case 'not-utf8':
      return [
        trans.__('%1 is not UTF-8 text%2.', path, detail && ` (${detail})`),
        trans.__('Convert it to UTF-8, or open it with a viewer for binary files.')
      ].join(' ');
    case 'not-a-notebook':
      return [
        trans.__('%1 cannot be read as a notebook%2.', path, detail && `: ${detail}`),
        trans.__('Open it as text to mend it, or restore a checkpoint.')
      ].join(' ');
    case 'too-large':
      return trans.__('%1 is larger than the server accepts for editing together.', path);
    case 'oversized':
      return trans.__(
        'What you have written in %1 since the last connection is larger than the server takes at once. Nothing of it is sent until you delete the large part, and connect again.',
        path
      );
    case 'unreachable':
      return trans.__('The server cannot be reached, so %1 could not be opened.', path);
    case 'no-socket':
      return trans.__(
        'The server has %1, but the connection for editing it (a WebSocket) does not get through. Tell whoever runs the server: a proxy in front of it may have to let WebSockets pass.',
        path
      );
    case 'version-mismatch':
      return trans.__('The server has been updated. Reload this page to go on.');
    default:
      return explain(trans, cause, trans.__('The server could not open %1.', path));
  }
}

/** Why a document was not saved, in plain words. */
export function explainSave(trans: TranslationBundle, cause: Cause, path: string): string {
  switch (cause.reason) {
    case 'no-such-file':
      return trans.__('The file %1 does not exist any more.', path);
    case 'not-allowed':
      return trans.__('You may view %1, but not change it.', path);
    case 'closed':
      return trans.__('%1 was closed before the server had saved it.', path);
    case 'diverged':
      return trans.__('%1 is being opened again, and is saved after that.', path);
    case 'changed':
      return trans.__('Another program is writing %1. It is saved again in a moment.', path);
    default:
      return explain(trans, cause, trans.__('The server could not save %1.', path));
  }
}

/** What both have in common; `otherwise` where neither reason nor message says anything. */
export function explain(trans: TranslationBundle, cause: Cause, otherwise: string): string {
  switch (cause.reason) {
    case 'disk-full':
      return trans.__('There is no space left on the disk of the server.');
    case 'store-error':
    case 'store-conflict':
      return trans.__('The server cannot keep the history of this document.');
    case 'malformed':
    case 'bad-room-id':
    case 'unknown_session':
      return trans.__('This page and the server do not understand each other. Reload this page.');
    case 'too-large':
      return trans.__('The document is larger than the server accepts.');
    default:
      return cause.message !== undefined && cause.message !== '' ? cause.message : otherwise;
  }
}
