import { YBaseCell, YFile } from '@jupyter/ydoc';
import type { Text } from 'yjs';

import { diffText } from './rebase/texts';

/** What has a source: a cell, or a text file. */
interface Sourced {
  readonly ysource: Text;
  transact(change: () => void): void;
  setSource(source: string): void;
}

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
    if (ysource.doc === null || ysource.length === 0) {
      setWhole.call(this, source);
    } else {
      edit(this, source);
    }
  };
}

function edit(sourced: Sourced, source: string): void {
  const { ysource } = sourced;
  const hunks = diffText(ysource.toString(), source);
  if (hunks.length === 0) {
    return;
  }
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
