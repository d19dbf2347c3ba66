import { YFile, YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { applyDifference, BY_OTHERS } from '../content';
import { differenceOf } from '../leftover';
import { UnsavedUpdates } from '../unsynced';

const REMOTE = 'remote';

type Model = YFile | YNotebook;

/** Somebody's copy of a document, with what of it is not known to be in the file. */
class Copy<M extends Model> {
  constructor(readonly model: M) {
    model.ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE) {
        this._unsaved.received(update);
      } else {
        this._unsaved.made(update, origin !== BY_OTHERS);
      }
    });
  }

  /** Learn what another copy has. */
  receive({ model }: Copy<M>): void {
    const vector = Y.encodeStateVector(this.model.ydoc);
    Y.applyUpdate(this.model.ydoc, Y.encodeStateAsUpdate(model.ydoc, vector), REMOTE);
  }

  saved(): void {
    this._unsaved.filed(Infinity);
  }

  /** Bring what was written here into another history. */
  carryInto(other: Model): void {
    const pieces = [
      { kind: 'state', update: Y.encodeStateAsUpdate(this.model.ydoc) },
      { kind: 'own', update: this._unsaved.own() },
      { kind: 'others', update: this._unsaved.others() }
    ].flatMap(({ kind, update }) => (update === null ? [] : [{ kind, update }]));
    const [base, mine] = [this.empty(), this.empty()];
    expect(applyDifference(other, differenceOf({ base, mine }, pieces, other.ydoc))).toBe(true);
  }

  empty(): Model {
    return this.model instanceof YFile ? YFile.create() : new YNotebook();
  }

  private readonly _unsaved = new UnsavedUpdates();
}

const CELLS = [cell('a', 'one\n'), cell('b', 'two\n')];

function cell(id: string, source: string) {
  return { id, cell_type: 'markdown', source, metadata: {} };
}

function notebook(cells = CELLS): YNotebook {
  return YNotebook.create({ data: { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 } });
}

/** Two copies of one notebook, saved. */
function two(): [Copy<YNotebook>, Copy<YNotebook>] {
  const ada = new Copy(notebook());
  const bob = new Copy(new YNotebook());
  bob.receive(ada);
  [ada, bob].forEach(copy => copy.saved());
  return [ada, bob];
}

function type({ model }: Copy<YNotebook>, id: string, word: string): void {
  const text = model.cells.find(item => item.getId() === id);
  const end = text?.getSource().length ?? 0;
  text?.updateSource(end, end, `${word}\n`);
}

function exchange(one: YNotebook, other: YNotebook): void {
  const [first, second] = [one, other].map(({ ydoc }) => Y.encodeStateAsUpdate(ydoc));
  Y.applyUpdate(one.ydoc, second ?? Uint8Array.of(0, 0));
  Y.applyUpdate(other.ydoc, first ?? Uint8Array.of(0, 0));
}

function sources({ cells }: YNotebook): Record<string, string> {
  return Object.fromEntries(cells.map(item => [item.getId(), item.getSource()]));
}

/** A copy of a room's document, as somebody has it who has just opened it. */
function opened(room: YNotebook): YNotebook {
  const model = new YNotebook();
  Y.applyUpdate(model.ydoc, Y.encodeStateAsUpdate(room.ydoc));
  return model;
}

// Yjs warns of cells that are read before they are in a document, as the models do.
beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('what is carried over into another history (L7)', () => {
  it('is nothing that it has under the ids of Yjs already', () => {
    const ada = new Copy(YFile.create());
    ada.model.setSource('old\n');
    ada.saved();
    ada.model.updateSource(4, 4, 'known\n');
    const room = YFile.create();
    Y.applyUpdate(room.ydoc, Y.encodeStateAsUpdate(ada.model.ydoc));
    // Somebody has come back before, and has deleted what Ada wrote, and moved the rest.
    room.updateSource(4, 10, '');
    room.updateSource(0, 0, 'above\n');
    ada.model.updateSource(10, 10, 'unknown\n');
    ada.carryInto(room);
    expect(room.getSource()).toBe('above\nold\nunknown\n');
  });

  it('has all that a person has seen of a cell that nobody has brought yet', () => {
    const [ada, bob] = two();
    ada.model.insertCell(1, cell('new', 'ada\n'));
    bob.receive(ada);
    type(bob, 'new', 'bob');
    const room = notebook();
    bob.carryInto(room);
    expect(sources(room)).toEqual({ a: 'one\n', new: 'ada\nbob\n', b: 'two\n' });
    ada.receive(bob);
    type(ada, 'new', 'again');
    ada.carryInto(room);
    expect(sources(room)).toEqual({ a: 'one\n', new: 'ada\nbob\nagain\n', b: 'two\n' });
  });

  it('is not taken for what somebody else wrote, should that history be lost too', () => {
    const [ada, bob] = two();
    ada.model.insertCell(1, cell('new', 'ada\n'));
    bob.receive(ada);
    type(bob, 'new', 'bob');
    const second = new Copy(notebook());
    bob.carryInto(second.model);
    expect(sources(second.model)).toEqual({ a: 'one\n', new: 'ada\nbob\n', b: 'two\n' });
    // Ada was faster with the third one, and has written something else there.
    const third = notebook([...CELLS, cell('new', 'eve\n')]);
    second.carryInto(third);
    expect(sources(third).new).toBe('eve\nbob\n');
  });

  it.each([true, false])('is there once, in whatever order people come (%s)', adaFirst => {
    const [ada, bob] = two();
    ada.model.insertCell(1, cell('new', 'ada\n'));
    bob.receive(ada);
    type(bob, 'new', 'bob');
    ada.receive(bob);
    type(ada, 'new', 'ada2');
    type(bob, 'new', 'bob2');
    const room = notebook();
    (adaFirst ? [ada, bob] : [bob, ada]).forEach(copy => copy.carryInto(room));
    const words = (sources(room).new ?? '').trim().split('\n');
    expect([...words].sort()).toEqual(['ada', 'ada2', 'bob', 'bob2']);
    expect(words.slice(0, 2)).toEqual(['ada', 'bob']);
  });

  it('is there once where two bring it at the same time into a cell that was in the file', () => {
    const [ada, bob] = two();
    ada.model.insertCell(1, cell('new', 'ada\n'));
    bob.receive(ada);
    type(bob, 'new', 'bob');
    ada.receive(bob);
    type(ada, 'new', 'ada2');
    // The file was saved with the cell as it was first, and neither was told.
    const room = notebook([...CELLS, cell('new', 'ada\n')]);
    const [first, second] = [opened(room), opened(room)];
    ada.carryInto(first);
    bob.carryInto(second);
    exchange(first, second);
    expect((sources(first).new ?? '').trim().split('\n').sort()).toEqual(['ada', 'ada2', 'bob']);
    expect(sources(second)).toEqual(sources(first));
  });

  it('takes away what was deleted from a cell of somebody else', () => {
    const [ada, bob] = two();
    ada.model.insertCell(1, cell('new', 'keep\nwrong\n'));
    bob.receive(ada);
    const text = bob.model.getCell(1);
    text.updateSource(5, 11, 'right\n');
    const room = notebook();
    ada.carryInto(room);
    bob.carryInto(room);
    expect(sources(room).new).toBe('keep\nright\n');
  });
});
