import { YFile, YNotebook } from '@jupyter/ydoc';
import type { YCellType } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { editOnlyWhatDiffers } from '../leastedits';
import { ALL_EDITS } from '../../session';
import { YReplica } from '../replica';

editOnlyWhatDiffers();

const CODE = "{'a':37}\nteh = 1\nuse(teh)";
const FORMATTED = '{"a": 37}\nthe = 1\nuse(the)';

interface Opened {
  readonly model: YNotebook | YFile;
  readonly sourced: () => YCellType | YFile;
}

const MODELS: Readonly<Record<'cell' | 'file', () => Opened>> = {
  cell: () => {
    const model = new YNotebook();
    return { model, sourced: () => model.getCell(0) };
  },
  file: () => {
    const model = new YFile();
    return { model, sourced: () => model };
  }
};

/** People at pages, and a room between them, which tells what a transaction has changed in one. */
function meet(kind: keyof typeof MODELS, source: string, count = 2) {
  const room = new Y.Doc();
  const opened = Array.from({ length: count }, MODELS[kind]);
  const replicas = opened.map(({ model }) => new YReplica(model.ydoc, () => undefined));
  const docs = opened.map(({ model }) => model.ydoc);
  room.on('update', (update: Uint8Array) => {
    replicas.forEach(replica => replica.apply(update, ALL_EDITS));
  });
  const take = (doc: Y.Doc) =>
    Y.applyUpdate(room, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(room)));
  const sync = () => docs.forEach(take);
  const [first] = opened;
  if (first?.model instanceof YNotebook) {
    first.model.addCell({ cell_type: 'code', source });
  } else {
    first?.model.setSource(source);
  }
  sync();
  const people = opened.map(({ sourced }) => sourced());
  people.forEach(person => person.undoManager?.clear());
  return {
    people,
    sync,
    read: () => people.map(person => person.getSource()),
    /** They do the same in the same moment, and what all but the first have written is taken away. */
    doAlike: (deed: (person: (typeof people)[number]) => void, isTold: boolean) => {
      const clocks = docs.map(({ store, clientID }) => Y.getState(store, clientID));
      people.forEach(deed);
      const updates = docs.map(doc => Y.encodeStateAsUpdate(doc, Y.encodeStateVector(room)));
      const doubles = docs.map(({ store, clientID }, index) => {
        const double = Y.createDeleteSet();
        const clock = clocks[index] ?? 0;
        const len = Y.getState(store, clientID) - clock;
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs exports none
        double.clients.set(clientID, [{ clock, len }]);
        return double;
      });
      const takeIn = (index: number) =>
        room.transact(transaction => {
          Y.applyUpdate(room, updates[index] ?? Uint8Array.of(0, 0));
          if (index > 0) {
            Y.iterateDeletedStructs(transaction, doubles[index] ?? Y.createDeleteSet(), struct => {
              if (struct instanceof Y.Item) {
                struct.delete(transaction);
              }
            });
          }
        });
      if (isTold) {
        docs.forEach((_, index) => takeIn(index));
      } else {
        room.transact(() => docs.forEach((_, index) => takeIn(index)));
      }
    },
    dispose: () => {
      replicas.forEach(replica => replica.dispose());
      opened.forEach(({ model }) => model.dispose());
    }
  };
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe.each(['cell', 'file'] as const)('what two write alike in a %s (M26)', kind => {
  it.each([
    [0, true],
    [1, true],
    [1, false]
  ])('is gone for all where number %s undoes it, and comes back once', (who, isTold) => {
    const { people, doAlike, sync, read, dispose } = meet(kind, CODE);
    doAlike(person => person.setSource(FORMATTED), isTold);
    expect(read()).toEqual([FORMATTED, FORMATTED]);
    for (let times = 0; times < 3; times++) {
      people[who]?.undo();
      sync();
      expect(read()).toEqual([CODE, CODE]);
      people[who]?.redo();
      sync();
      expect(read()).toEqual([FORMATTED, FORMATTED]);
    }
    dispose();
  });

  it('is gone where the last of three undoes it, but not what another has added', () => {
    const { people, doAlike, sync, read, dispose } = meet(kind, '', 3);
    people[0]?.updateSource(0, 0, 'x');
    sync();
    doAlike(person => person.updateSource(1, 1, ' = one'), true);
    expect(read()).toEqual(Array(3).fill('x = one'));
    people[0]?.updateSource(7, 7, ' # end');
    sync();
    people[1]?.updateSource(3, 3, ' not');
    sync();
    people[2]?.undo();
    sync();
    expect(read()).toEqual(Array(3).fill('x not # end'));
    dispose();
  });

  it('stays where somebody undoes what was deleted otherwise', () => {
    const { people, sync, read, dispose } = meet(kind, 'one two');
    people[0]?.updateSource(3, 3, ' same');
    people[1]?.updateSource(7, 7, ' same');
    sync();
    people[0]?.updateSource(12, 17, '');
    sync();
    people[1]?.undo();
    sync();
    expect(read()).toEqual(Array(2).fill('one same two'));
    dispose();
  });

  it('stays where somebody has deleted the other one by hand', () => {
    const { people, sync, read, dispose } = meet(kind, '');
    // Two begin to type the same, which is there twice.
    people.forEach(person => person.updateSource(0, 0, 'import'));
    sync();
    const [behind] = [...people].sort(byClient).slice(-1);
    const other = people.find(person => person !== behind);
    other?.updateSource(6, 12, '');
    other?.updateSource(6, 6, ' numpy');
    sync();
    behind?.undo();
    sync();
    expect(read()).toEqual(Array(2).fill('import numpy'));
    dispose();
  });
});

/** Of two who write at one place, who has the higher number is behind. */
function byClient(one: YCellType | YFile, other: YCellType | YFile): number {
  return (one.ysource.doc?.clientID ?? 0) - (other.ysource.doc?.clientID ?? 0);
}
