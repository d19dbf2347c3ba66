import type { TranslationBundle } from '@jupyterlab/translation';

import type { Roster } from '../presence';
import { some } from './ui/words';

/** Those who come and go within this time are told of together, in milliseconds. */
export const ANNOUNCE_AFTER = 2_000;

/**
 * Says who joined and who left the document in front, for those who do not see it.
 *
 * Whoever comes back within the time that it waits has not been away: a page that is loaded anew,
 * or a connection that was lost for a moment, is no news.
 */
export class Announcer {
  constructor(
    private readonly _say: (text: string) => void,
    private readonly _trans: TranslationBundle
  ) {}

  enabled = true;

  /** Watch another document, or none. */
  watch(roster: Roster | null): void {
    this._roster?.changed.disconnect(this._onChanged);
    clearTimeout(this._timer);
    this._timer = undefined;
    this._roster = roster;
    this._known = new Map();
    if (roster !== null) {
      roster.changed.connect(this._onChanged);
      this._onChanged();
    }
  }

  private readonly _onChanged = (): void => {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._announce();
    }, ANNOUNCE_AFTER);
  };

  private _announce(): void {
    const others = this._roster?.others ?? [];
    const now = new Map(others.map(({ user }) => [user.username, user.displayName]));
    const joined = [...now].filter(([username]) => !this._known.has(username));
    const left = [...this._known].filter(([username]) => !now.has(username));
    this._known = now;
    const sentences = [this._joined(names(joined)), this._left(names(left))].filter(Boolean);
    if (this.enabled && sentences.length > 0) {
      this._say(sentences.join(' '));
    }
  }

  private _joined(people: readonly string[]): string {
    return people.length === 0 ? '' : this._trans.__('%1 joined.', some(people, this._trans));
  }

  private _left(people: readonly string[]): string {
    return people.length === 0 ? '' : this._trans.__('%1 left.', some(people, this._trans));
  }

  private _roster: Roster | null = null;
  private _known: ReadonlyMap<string, string> = new Map();
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function names(people: readonly (readonly [string, string])[]): string[] {
  return people.map(([, name]) => name);
}
