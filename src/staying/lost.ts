import type { YNotebook } from '@jupyter/ydoc';

import { putBackInto } from './putback';
import type { LostCell } from './stay';

/** The cells that somebody has deleted from a notebook while the person at this page wrote in them. */
export class LostCells {
  constructor(private readonly _model: YNotebook) {}

  add(lost: LostCell): void {
    this._lost.push(lost);
  }

  /** The last one that is not in the notebook; one that is, has come back by some other way. */
  get last(): LostCell | null {
    const there = new Set(this._model.cells.map(({ id }) => id));
    return this._lost.filter(({ id }) => !there.has(id)).at(-1) ?? null;
  }

  putBack(lost: LostCell): void {
    putBackInto(this._model, lost);
  }

  private readonly _lost: LostCell[] = [];
}
