import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';

import type { DocumentProvider } from '../documents/provider';
import { follow, LATE, now } from '../session';
import type { Waiting } from '../session';
import { CALM, NEWS } from './condition';
import { describe } from './describe';
import type { ActionId, Description } from './describe';

/** The status of the document in front, as it is shown. */
export class StatusModel extends VDomModel {
  constructor(private readonly _trans: TranslationBundle) {
    super();
  }

  /** What is shown, or `null` where the document in front is not open together. */
  get description(): Description | null {
    return this._description;
  }

  /** The last news, in a few words, for those who cannot see the rest. */
  get news(): string {
    return this._news;
  }

  get provider(): DocumentProvider | null {
    return this._provider;
  }

  set provider(provider: DocumentProvider | null) {
    if (provider === this._provider) {
      return;
    }
    this._provider?.stateChanged.disconnect(this._onStateChanged, this);
    this._provider = provider;
    provider?.stateChanged.connect(this._onStateChanged, this);
    this._news = '';
    this._waiting = null;
    this._follow();
    this._show(this._read());
  }

  override dispose(): void {
    clearTimeout(this._timer);
    this.provider = null;
    super.dispose();
  }

  /** Do what the person asked for; rejects, in plain words, where that fails. */
  async run(action: ActionId): Promise<void> {
    await (action === 'save' ? this._provider?.save() : this._provider?.reconnect());
  }

  private readonly _onStateChanged = (): void => {
    this._follow();
    const next = this._read();
    // Shorter than that, being on the way to the server is no news: it would only flicker.
    const wait = (this._waiting?.since ?? 0) + LATE - now();
    const isCalm = this._description !== null && CALM.has(this._description.condition);
    if (next?.condition === 'syncing' && isCalm && wait > 0) {
      this._timer ??= setTimeout(this._onTime, wait);
    } else {
      this._show(next);
    }
  };

  private readonly _onTime = (): void => {
    this._timer = undefined;
    this._onStateChanged();
  };

  private _follow(): void {
    const state = this._provider?.state;
    this._waiting = state === undefined ? null : follow(this._waiting, state, now());
  }

  private _read(): Description | null {
    const { _provider: provider, _trans: trans } = this;
    return provider === null || provider.isDisposed
      ? null
      : describe(provider.state, trans, provider.shelter?.kept);
  }

  private _show(next: Description | null): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    const last = this._description;
    this._description = next;
    if (JSON.stringify(last) !== JSON.stringify(next)) {
      this._news = this._newsOf(last, next);
      this.stateChanged.emit();
    }
  }

  private _newsOf(last: Description | null, next: Description | null): string {
    if (next === null || next.condition === last?.condition) {
      return this._news;
    }
    if (NEWS.has(next.condition)) {
      return next.label;
    }
    return last !== null && NEWS.has(last.condition)
      ? this._trans.__('Back to normal')
      : this._news;
  }

  private _provider: DocumentProvider | null = null;
  private _description: Description | null = null;
  private _news = '';
  private _waiting: Waiting | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
