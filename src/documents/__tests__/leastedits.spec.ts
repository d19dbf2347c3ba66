import { YFile, YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { editOnlyWhatDiffers } from '../leastedits';
import { wholeDice } from '../../__tests__/dice';

editOnlyWhatDiffers();

const CODE = 'import os\nx=1\nprint( x )\n';
const FORMATTED = 'import os\n\nx = 1\nprint(x)\n';

const MODELS = {
  cell: (perCell: boolean) => {
    const model = new YNotebook({ disableDocumentWideUndoRedo: perCell });
    return { model, sourced: () => model.getCell(0) };
  },
  file: () => {
    const model = new YFile();
    return { model, sourced: () => model };
  }
};

/** Two people who have the same source, in one of the ways to have one. */
function meet(kind: keyof typeof MODELS, source: string, perCell = true) {
  const [ada, bob] = [MODELS[kind](perCell), MODELS[kind](perCell)];
  const sync = () => {
    const [one, other] = [ada, bob].map(({ model }) => Y.encodeStateAsUpdate(model.ydoc));
    Y.applyUpdate(bob.model.ydoc, one as Uint8Array, 'net');
    Y.applyUpdate(ada.model.ydoc, other as Uint8Array, 'net');
  };
  if (ada.model instanceof YNotebook) {
    ada.model.addCell({ cell_type: 'code', source });
  } else {
    ada.model.setSource(source);
  }
  sync();
  return { ada: ada.sourced(), bob: bob.sourced(), sync, doc: ada.model.ydoc };
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe.each(['cell', 'file'] as const)(
  'the source of a %s that is set as a whole (O14)',
  kind => {
    it('is what was asked for, and leaves what another types meanwhile in its place', () => {
      const { ada, bob, sync } = meet(kind, CODE);
      ada.setSource(FORMATTED);
      expect(ada.getSource()).toBe(FORMATTED);
      bob.updateSource(9, 9, ', sys');
      sync();
      expect([ada.source, bob.source]).toEqual(Array(2).fill(FORMATTED.replace('os', 'os, sys')));
    });

    it('is there once where two set it at once', () => {
      const { ada, bob, sync } = meet(kind, CODE);
      ada.setSource(FORMATTED);
      bob.source = FORMATTED;
      sync();
      expect(ada.source).toBe(bob.source);
      expect(ada.source.replace(/\s/g, '')).toBe(FORMATTED.replace(/\s/g, ''));
    });

    it('is not touched where it is the same (O14)', () => {
      const { ada, doc } = meet(kind, CODE);
      const note = jest.fn();
      doc.on('update', note);
      ada.setSource(CODE);
      expect(note).not.toHaveBeenCalled();
    });

    it('leaves a caret where it is', () => {
      const { ada, doc } = meet(kind, CODE);
      const caret = Y.createRelativePositionFromTypeIndex(ada.ysource, CODE.indexOf('print'));
      ada.setSource(FORMATTED);
      const { index } = Y.createAbsolutePositionFromRelativePosition(caret, doc) ?? {};
      expect(index).toBe(FORMATTED.indexOf('print'));
    });

    it.each([true, false])('can be undone, and what others typed stays (by cell: %s)', perCell => {
      const { ada, bob, sync } = meet(kind, CODE, perCell);
      ada.undoManager?.clear();
      ada.setSource(FORMATTED);
      sync();
      bob.updateSource(9, 9, ', sys');
      sync();
      ada.undo();
      sync();
      expect([ada.source, bob.source]).toEqual(Array(2).fill(CODE.replace('os', 'os, sys')));
    });

    it('is replaced as a whole where it differs everywhere', () => {
      const lines = (word: string) => Array.from({ length: 12_000 }, (_, at) => `${word}${at}`);
      const { ada, bob, sync } = meet(kind, lines('old').join('\n'));
      const sizes: number[] = [];
      ada.ysource.observe(({ delta }) => sizes.push(delta.length));
      const source = lines('new').join('\n');
      ada.setSource(source);
      sync();
      expect([ada.source, bob.source]).toEqual([source, source]);
      expect(Math.max(...sizes)).toBeLessThan(3);
    });

    it('is what was asked for, whatever that is', () => {
      const random = wholeDice(11);
      const pieces = ['a', ' ', '\n', 'word', '😀', '😁', 'é', '\t'];
      const make = () => Array.from({ length: random(40) }, () => pieces[random(8)]).join('');
      const { ada, bob, sync } = meet(kind, CODE);
      for (let turn = 0; turn < 200; turn++) {
        const source = make();
        ada.setSource(source);
        sync();
        expect([ada.source, bob.source]).toEqual([source, source]);
      }
    });
  }
);
