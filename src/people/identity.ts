import type { ServerConnection, User as Users } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { readUser } from '../presence';
import type { User } from '../presence';
import { request } from '../request';

/** What of themselves people may change, as Jupyter names it. */
export type Field = 'name' | 'display_name' | 'initials' | 'color';

export type Fields = { readonly [F in Field]?: string };

/**
 * Who we are, as others see us.
 *
 * The server's identity provider knows the names, and our extension of it the colour, which
 * depends on who else is there. Whatever is not known yet is no secret: in what others get to see,
 * the server puts what it knows.
 */
export class Identity {
  constructor(
    private readonly _users: Users.IManager,
    private readonly _settings: ServerConnection.ISettings
  ) {
    _users.ready.then(
      () => this._changed.emit(),
      (error: unknown) => console.warn('It is not known who we are:', error)
    );
    _users.userChanged.connect(() => void this.refresh());
  }

  /** What a presence state has as `user`, or `null` as long as nothing is known. */
  get published(): Users.IIdentity | null {
    const { identity } = this._users;
    return identity === null ? null : { ...identity, ...this._known };
  }

  /** The same, as it is shown. */
  get user(): User | null {
    return this.published === null ? null : readUser(this.published, '');
  }

  /** The colours to choose from. */
  get colors(): readonly string[] {
    return this._colors;
  }

  /** What the identity provider lets us change. */
  get updatable(): ReadonlySet<string> {
    const fields = this._users.permissions?.updatable_fields;
    return new Set(Array.isArray(fields) ? fields.map(String) : []);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask the server how others see us. What cannot be learned stays as it was. */
  async refresh(): Promise<void> {
    try {
      this._take(await request(this._settings, IDENTITY, 'GET'));
    } catch (error) {
      console.warn('It is not known how others see us:', error);
    }
  }

  /** Change who we are, for everybody at once; rejects with the reason where that is refused. */
  async save(fields: Fields): Promise<void> {
    await request(this._settings, 'api/me', 'PATCH', fields);
    await this._users.refreshUser();
    this._take(await request(this._settings, IDENTITY, 'PUT', {}));
  }

  private _take(answer: unknown): void {
    const { user, colors } = answer as { user: Users.IIdentity; colors: string[] };
    this._known = user;
    this._colors = colors;
    this._changed.emit();
  }

  private _known: Partial<Users.IIdentity> = {};
  private _colors: readonly string[] = [];
  private readonly _changed = new Signal<this, void>(this);
}

const IDENTITY = 'api/collaboration/identity';

/** Who we are, as others see us. */
export const IIdentity = new Token<Identity>(
  'jupyter-collab:IIdentity',
  'Who the person at this page is, as others see them.'
);
