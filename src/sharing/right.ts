import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';

/** Jupyter's own answer to who may do what. */
const ASK = `api/me?permissions=${encodeURIComponent('{"contents":["write"]}')}`;

/** Whether who is at this page may share: only those may who may write the server's files. */
export class ShareRight {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  /** `false` until the server has said so. */
  get isHeld(): boolean {
    return this._isHeld;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask the server. Where it does not answer sharing is offered: the dialog says what is wrong. */
  async ask(): Promise<void> {
    const isHeld = await request(this._settings, ASK, 'GET').then(mayWrite, () => true);
    if (isHeld !== this._isHeld) {
      this._isHeld = isHeld;
      this._changed.emit();
    }
  }

  private _isHeld = false;
  private readonly _changed = new Signal<this, void>(this);
}

function mayWrite(answer: unknown): boolean {
  const { permissions } = answer as { permissions?: { contents?: readonly string[] } };
  return permissions?.contents?.includes('write') !== false;
}
