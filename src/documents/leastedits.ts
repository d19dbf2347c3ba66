import { YBaseCell, YFile } from '@jupyter/ydoc';
import type { Text } from 'yjs';

import { diffText, Effort } from '../rebase/texts';
import type { Hunk } from '../rebase/texts';

/** What has a source: a cell, or a text file. */
interface Sourced {
  readonly ysource: Text;
  transact(change: () => void): void;
  setSource(source: string): void;
}

/** How long a difference may be looked for: a tenth of a second or so, as somebody waits for it. */
const STEPS = 300_000;

/** Beyond so many places hardly anything is as it was. */
const MOST_PLACES = 10_000;

let isMended = false;

/**
 * Let whoever sets a source as a whole change only what differs.
 *
 * JupyterLab deletes all of it and inserts the other one, for programs that format code, for
 * *Replace All* and where a cell is split. The carets of others would be at an end of it, and what
 * they type meanwhile as well; and where two people format a cell at once, it would be there twice.
 */
export function editOnlyWhatDiffers(): void {
  if (!isMended) {
    isMended = true;
    mend(YBaseCell.prototype);
    mend(YFile.prototype);
  }
}

function mend(prototype: Sourced): void {
  const { setSource: setWhole } = prototype as { setSource: (this: Sourced, to: string) => void };
  prototype.setSource = function (source) {
    const { ysource } = this;
    const isNew = ysource.doc === null || ysource.length === 0;
    const hunks = isNew ? null : diffText(ysource.toString(), source, new Effort(STEPS));
    if (hunks === null || hunks.length > MOST_PLACES) {
      setWhole.call(this, source);
    } else if (hunks.length > 0) {
      edit(this, hunks);
    }
  };
}

function edit(sourced: Sourced, hunks: readonly Hunk[]): void {
  const { ysource } = sourced;
  sourced.transact(() => {
    for (const { from, to, insert } of [...hunks].reverse()) {
      // In this order, so that carets stay behind what is replaced.
      ysource.insert(from, insert);
      ysource.delete(from + insert.length, to - from);
    }
  });
  if (sourced instanceof YBaseCell) {
    sourced.dirty = true;
  }
}
