import { VDomModel } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';

import { documentsOf } from '../../presence';
import type { Person, Roster } from '../../presence';
import type { Identity } from '../identity';

/** One line of the panel with the documents below it. */
export interface Entry {
  readonly person: Person;
  readonly documents: readonly string[];
}

/** What tells of everybody, and whether it can. */
export interface Source {
  /** Whether it tells of everybody on the server, and not only of those in documents. */
  readonly hasServer: boolean;
  /** Whether there was a connection and is none, so that nobody is to be seen. */
  readonly isLost: boolean;
  /** `isLost` is another one. */
  readonly changed: ISignal<unknown, void>;
}

/** So many people are seen at a glance: a filter is of use from here on. */
export const MANY = 8;

/** Everybody on the server, as the side panel lists them. */
export class PanelModel extends VDomModel {
  constructor(
    private readonly _everybody: Roster,
    readonly identity: Identity,
    private readonly _source: Source | null = null
  ) {
    super();
    _source?.changed.connect(this._onConnection);
    _everybody.changed.connect(this._onChanged);
    identity.changed.connect(this._onChanged);
    this._all = this._read();
  }

  get self(): Entry | null {
    return this._all.find(({ person }) => person.isSelf) ?? null;
  }

  /** The others to whose name, or to one of whose documents, the filter fits. */
  get others(): readonly Entry[] {
    const wanted = this._filter.trim().toLocaleLowerCase();
    return this._all.filter(
      ({ person: { isSelf, user }, documents }) =>
        !isSelf &&
        [user.displayName, user.name, ...documents].some(text =>
          text.toLocaleLowerCase().includes(wanted)
        )
    );
  }

  get count(): number {
    return this._all.filter(({ person }) => !person.isSelf).length;
  }

  /** Whether it is not known who is here. */
  get isLost(): boolean {
    return this._source?.isLost === true;
  }

  /** Whether everybody who opens the server is to be seen. */
  get hasServer(): boolean {
    return this._source?.hasServer !== false;
  }

  get filter(): string {
    return this._filter;
  }

  set filter(filter: string) {
    this._filter = filter;
    this.stateChanged.emit();
  }

  override dispose(): void {
    this._everybody.changed.disconnect(this._onChanged);
    this.identity.changed.disconnect(this._onChanged);
    this._source?.changed.disconnect(this._onConnection);
    super.dispose();
  }

  private readonly _onChanged = (): void => {
    const all = this._read();
    const drawn = ({ person, documents }: Entry) => [person.user, person.isSelf, documents];
    if (JSON.stringify(all.map(drawn)) !== JSON.stringify(this._all.map(drawn))) {
      this._all = all;
      this.stateChanged.emit();
    }
  };

  private readonly _onConnection = (): void => this.stateChanged.emit();

  private _read(): readonly Entry[] {
    return this._everybody.people.map(person => ({ person, documents: documentsOf(person) }));
  }

  private _all: readonly Entry[];
  private _filter = '';
}
