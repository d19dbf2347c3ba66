import { VDomModel } from '@jupyterlab/ui-components';

import type { Person, Roster } from '../../presence';
import type { Follower } from '../follower';
import type { PeopleSettings } from '../options';

/** So many avatars are shown; of the others, how many they are. */
export const SHOWN = 5;

/** Those who are in a document besides us, as its bar shows them. */
export class BarModel extends VDomModel {
  constructor(
    private readonly _roster: Roster,
    private readonly _follower: Follower,
    private readonly _settings: PeopleSettings
  ) {
    super();
    _roster.changed.connect(this._onChanged);
    _follower.changed.connect(this._onChanged);
    _settings.changed.connect(this._onChanged);
    this._shown = this._read();
  }

  get people(): readonly Person[] {
    return this._settings.options.avatars ? this._roster.others : [];
  }

  get first(): readonly Person[] {
    // A lone sixth one takes no more room than the number that would stand for it.
    return this.people.slice(0, this.people.length === SHOWN + 1 ? SHOWN + 1 : SHOWN);
  }

  get rest(): readonly Person[] {
    return this.people.slice(this.first.length);
  }

  isFollowed({ user }: Person): boolean {
    return this._follower.leader?.username === user.username;
  }

  override dispose(): void {
    this._roster.changed.disconnect(this._onChanged);
    this._follower.changed.disconnect(this._onChanged);
    this._settings.changed.disconnect(this._onChanged);
    super.dispose();
  }

  /** Carets move all the time: only what is drawn counts. */
  private readonly _onChanged = (): void => {
    const shown = this._read();
    if (shown !== this._shown) {
      this._shown = shown;
      this.stateChanged.emit();
    }
  };

  private _read(): string {
    const drawn = this.first.map(person => [person.user, person.activity, this.isFollowed(person)]);
    return JSON.stringify([drawn, this.rest.length]);
  }

  private _shown: string;
}
