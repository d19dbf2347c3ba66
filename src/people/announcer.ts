import type { TranslationBundle } from '@jupyterlab/translation';

import type { Place } from './places';
import { some } from './ui/words';

/** Those who come and go within this time are told of together, in milliseconds. */
export const ANNOUNCE_AFTER = 2_000;

/**
 * Says who joined and who left the document in front, for those who do not see it.
 *
 * Those who were there first are told as being here. Whoever comes back within the time that it waits
 * has not been away: a page that is loaded anew, or a connection that was lost for a moment, is no news.
 * Nor is it that nobody is to be seen while this page has no connection itself: who left meanwhile is
 * told once it is back.
 */
export class Announcer {
  constructor(
    private readonly _say: (text: string) => void,
    private readonly _trans: TranslationBundle
  ) {}

  enabled = true;

  /** Watch another document, or none. */
  watch(document: Watched | null): void {
    this._document?.roster.changed.disconnect(this._onChanged);
    this._document?.provider.stateChanged.disconnect(this._onState);
    clearTimeout(this._timer);
    this._timer = undefined;
    this._document = document;
    this._known = new Map();
    this._met = null;
    if (document !== null) {
      this._meet();
      document.roster.changed.connect(this._onChanged);
      document.provider.stateChanged.connect(this._onState);
      this._onChanged();
    }
  }

  /** The server has told who is in a document before it is open. */
  private _meet(): void {
    if (this._met === null && this._document?.provider.isSynced === true) {
      this._met = new Set(here(this._document).map(([username]) => username));
    }
  }

  private readonly _onState = (): void => {
    this._meet();
    if (this._isWaiting && this._document?.provider.isSynced === true) {
      this._onChanged();
    }
  };

  private readonly _onChanged = (): void => {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._announce();
    }, ANNOUNCE_AFTER);
  };

  private _announce(): void {
    this._isWaiting = this._document?.provider.isSynced === false;
    if (this._isWaiting) {
      return;
    }
    const now = new Map(here(this._document));
    const isMet = ([username]: Named) => this._met?.has(username) === true;
    const come = [...now].filter(([username]) => !this._known.has(username));
    const found = come.filter(isMet);
    const joined = come.filter(one => !isMet(one));
    const left = [...this._known].filter(([username]) => !now.has(username));
    this._known = now;
    this._met = new Set();
    const sentences = [
      this._found(names(found)),
      this._joined(names(joined)),
      this._left(names(left))
    ].filter(Boolean);
    if (this.enabled && sentences.length > 0) {
      this._say(sentences.join(' '));
    }
  }

  private _found(people: readonly string[]): string {
    return people.length === 0 ? '' : this._trans.__('Also here: %1.', some(people, this._trans));
  }

  private _joined(people: readonly string[]): string {
    return people.length === 0 ? '' : this._trans.__('%1 joined.', some(people, this._trans));
  }

  private _left(people: readonly string[]): string {
    return people.length === 0 ? '' : this._trans.__('%1 left.', some(people, this._trans));
  }

  private _document: Watched | null = null;
  /** Whether there may be news that only a page with a connection can tell. */
  private _isWaiting = false;
  private _known: ReadonlyMap<string, string> = new Map();
  /** Who was there before us and has not been told of; `null`: that is not known yet. */
  private _met: ReadonlySet<string> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

type Watched = Pick<Place, 'provider' | 'roster'>;

/** Somebody's user name, and the name that is shown. */
type Named = readonly [username: string, displayName: string];

function here(document: Watched | null): Named[] {
  return (document?.roster.others ?? []).map(({ user }) => [user.username, user.displayName]);
}

function names(people: readonly Named[]): string[] {
  return people.map(([, name]) => name);
}
