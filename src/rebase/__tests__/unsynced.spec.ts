import { YFile, YNotebook } from '@jupyter/ydoc';
import type { ICodeCell } from '@jupyterlab/nbformat';
import * as Y from 'yjs';

import { applyDifference, readContent } from '../content';
import { Edits } from '../edits';
import { rewind, UnsavedUpdates } from '../unsynced';

const REMOTE = 'remote';

/** Record what is changed in `model`, as a session does. */
function watch(model: { ydoc: Y.Doc }): UnsavedUpdates {
  const updates = new UnsavedUpdates();
  model.ydoc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === REMOTE) {
      updates.received(update);
    } else {
      updates.made(update);
    }
  });
  return updates;
}

function file(text: string): YFile {
  const model = YFile.create();
  model.setSource(text);
  return model;
}

function rewound(model: YFile, updates: UnsavedUpdates): string {
  const base = YFile.create();
  rewind(base.ydoc, model.ydoc, Edits.of(updates.own()));
  return base.getSource();
}

// Yjs warns of cells that are read before they are in a document, as the models do.
beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('rewind', () => {
  it('gives the document as it is where nothing is unsaved', () => {
    const model = file('hello');
    expect(rewound(model, new UnsavedUpdates())).toBe('hello');
  });

  it('takes back what was inserted and brings back what was deleted', () => {
    const model = file('hello world');
    const updates = watch(model);
    model.updateSource(0, 5, 'goodbye 𝒳');
    model.updateSource(3, 4, '');
    expect(rewound(model, updates)).toBe('hello world');
    expect(model.getSource()).toBe('goobye 𝒳 world');
  });

  it('keeps what is in the file, and what came from others', () => {
    const model = file('abc');
    const updates = watch(model);
    model.updateSource(0, 0, 'saved ');
    updates.filed(2);
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(model.ydoc));
    model.updateSource(0, 0, 'lost ');
    other.getText('source').insert(0, 'theirs ');
    Y.applyUpdate(model.ydoc, Y.encodeStateAsUpdate(other), REMOTE);
    expect(rewound(model, updates)).toBe('theirs saved abc');
  });

  it('works for many small edits', () => {
    const model = file('abc');
    const updates = watch(model);
    for (let edit = 0; edit < 1000; edit++) {
      model.updateSource(edit % 3, edit % 3, String(edit % 10));
    }
    expect(rewound(model, updates)).toBe('abc');
  });

  it('works for cells that were moved, changed, added and deleted', () => {
    const cells = ['a', 'b', 'c'].map((id): ICodeCell => ({
      id,
      cell_type: 'code',
      source: id.repeat(3),
      metadata: {},
      outputs: [],
      execution_count: null
    }));
    const data = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    const model = YNotebook.create({ data });
    const before = model.toJSON();
    const updates = watch(model);
    model.moveCell(0, 2);
    model.getCell(0).updateSource(0, 1, 'x');
    model.deleteCell(1);
    model.insertCell(0, { cell_type: 'markdown', source: 'new' });
    model.setMetadata('key', 'value');
    const base = new YNotebook();
    rewind(base.ydoc, model.ydoc, Edits.of(updates.own()));
    expect(base.toJSON()).toEqual(before);
    const target = YNotebook.create({ data: before });
    applyDifference(target, { base: readContent(base), mine: readContent(model) });
    expect(target.toJSON()).toEqual(model.toJSON());
  });
});

describe('UnsavedUpdates', () => {
  it('takes back what others wrote as well, where the file is what is asked for', () => {
    const model = file('abc');
    const updates = watch(model);
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(model.ydoc));
    other.getText('source').insert(3, ' saved');
    Y.applyUpdate(model.ydoc, Y.encodeStateAsUpdate(other), REMOTE);
    updates.filed(0);
    other.getText('source').insert(0, 'theirs ');
    Y.applyUpdate(model.ydoc, Y.encodeStateAsUpdate(other), REMOTE);
    model.updateSource(3, 3, 'mine ');
    expect(model.getSource()).toBe('themine irs abc saved');
    const copy = new Y.Doc();
    const undo = rewind(copy, model.ydoc, Edits.of(updates.all()));
    expect(copy.getText('source').toString()).toBe('abc saved');
    const server = new Y.Doc();
    Y.applyUpdate(server, Y.encodeStateAsUpdate(model.ydoc));
    Y.applyUpdate(server, undo);
    expect(server.getText('source').toString()).toBe('abc saved');
  });

  it('says that there is nothing to take back', () => {
    const model = file('abc');
    expect(rewind(new Y.Doc(), model.ydoc, Edits.of(null))).toEqual(Uint8Array.of(0, 0));
  });

  it('takes back thousands of updates', () => {
    const updates = new UnsavedUpdates();
    const other = file('');
    other.ydoc.on('update', (update: Uint8Array) => updates.received(update));
    for (let edit = 0; edit < 5000; edit++) {
      other.updateSource(edit, edit, 'x');
    }
    const copy = new Y.Doc();
    rewind(copy, other.ydoc, Edits.of(updates.all()));
    expect(copy.getText('source').toString()).toBe('');
  });

  it('has nothing once all is in the file', () => {
    const updates = new UnsavedUpdates();
    expect(updates.own()).toBeNull();
    const model = file('');
    model.ydoc.on('update', (update: Uint8Array) => updates.made(update));
    model.setSource('x');
    expect(updates.own()).not.toBeNull();
    updates.filed(1);
    expect(updates.own()).toBeNull();
  });
});

describe('applyDifference', () => {
  it('changes a text only where it must', () => {
    const model = file('one two three');
    const changes: unknown[] = [];
    model.changed.connect((_, { sourceChange }) => changes.push(sourceChange));
    applyDifference(model, {
      base: { kind: 'text', text: 'one two' },
      mine: { kind: 'text', text: 'one TWO' }
    });
    expect(model.getSource()).toBe('one TWO three');
    expect(changes).toContainEqual([{ retain: 4 }, { insert: 'TWO' }, { delete: 3 }]);
  });

  it('refuses what does not fit together', () => {
    const mine = { kind: 'other', source: {} } as const;
    expect(applyDifference(file('x'), { base: mine, mine })).toBe(false);
  });
});
