import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Link, NewLink, SharingApi, WantedLink } from './api';

/** Milliseconds from one look at who is in to the next. */
export const REFRESH_INTERVAL = 2_000;

export interface LinksState {
  /** Those that are active; `null` as long as the server has not answered. */
  readonly links: readonly Link[] | null;
  /** The one that was made last, with its address, which nobody tells again. */
  readonly made: NewLink | null;
  /** The server does something that was asked for. */
  readonly isBusy: boolean;
  /** Why what was asked for was not done. */
  readonly failure: unknown;
  /** Why it is not known which links there are. */
  readonly problem: unknown;
}

/** The links of a document, and who is in by them. */
export class DocumentLinks {
  /** `path` tells where the document is now; `null` stands for all documents. */
  constructor(
    private readonly _api: Pick<SharingApi, 'links' | 'create' | 'revoke'>,
    private readonly _path: () => string | null
  ) {}

  get state(): LinksState {
    return this._state;
  }

  get changed(): ISignal<this, LinksState> {
    return this._changed;
  }

  /** Look now, and again and again until `stop`. */
  start(): void {
    this._isRunning = true;
    void this._look();
  }

  stop(): void {
    this._isRunning = false;
    clearTimeout(this._timer);
  }

  /** Make a link; it is `state.made` then. */
  async create(wanted: WantedLink): Promise<void> {
    await this._do(async () => {
      const made = await this._api.create(wanted);
      return { made, links: [...(this._state.links ?? []), made] };
    });
  }

  /** End a link, for good. */
  async revoke(id: string): Promise<void> {
    await this._do(async () => {
      await this._api.revoke(id);
      const { links, made } = this._state;
      return {
        made: made?.id === id ? null : made,
        links: links?.filter(link => link.id !== id) ?? null
      };
    });
  }

  private async _do(work: () => Promise<Partial<LinksState>>): Promise<void> {
    this._set({ isBusy: true, failure: null });
    try {
      const done = await work();
      this._changes += 1;
      this._set({ ...done, isBusy: false });
    } catch (failure) {
      this._set({ failure, isBusy: false });
    }
  }

  private async _look(): Promise<void> {
    const { _changes } = this;
    try {
      const links = await this._api.links(this._path());
      // An answer from before a change of ours would undo it in the list.
      this._set(_changes === this._changes ? { links, problem: null } : { problem: null });
    } catch (problem) {
      this._set({ problem });
    }
    if (this._isRunning) {
      this._timer = setTimeout(() => void this._look(), REFRESH_INTERVAL);
    }
  }

  private _set(change: Partial<LinksState>): void {
    this._state = { ...this._state, ...change };
    this._changed.emit(this._state);
  }

  private _state: LinksState = {
    links: null,
    made: null,
    isBusy: false,
    failure: null,
    problem: null
  };
  private _changes = 0;
  private _isRunning = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, LinksState>(this);
}
