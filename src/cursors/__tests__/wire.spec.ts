import { createAbsolutePositionFromRelativePosition, Doc } from 'yjs';
import type { RelativePosition } from 'yjs';

import { resolve } from '../resolve';
import { MAX_CELLS, MAX_RANGES, readCells, readCursors, shareRange } from '../wire';

/** What a text becomes on its way through the server. */
function sent<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function setUp(content: string) {
  const doc = new Doc();
  const text = doc.getText('source');
  text.insert(0, content);
  return { doc, text };
}

describe('the cursors of a presence state', () => {
  it('find their place again after edits before it', () => {
    const { doc, text } = setUp('one two');
    const [shared] = readCursors(sent([shareRange(text, { anchor: 4, head: 7 }, true)]));
    text.insert(0, '🦜');
    expect(shared && resolve(shared, doc)).toEqual({
      text,
      anchor: 6,
      head: 9,
      primary: true,
      assoc: 0
    });
  });

  it('have the form that clients of jupyter-collaboration read without another look', () => {
    const { doc, text } = setUp('one two');
    const shared = sent(shareRange(text, { anchor: 7, head: 2 }, true));
    expect(shared).toEqual({
      anchor: { type: null, tname: 'source', item: null, assoc: 0 },
      head: { type: null, tname: 'source', item: { client: doc.clientID, clock: 2 }, assoc: 0 },
      primary: true,
      empty: false
    });
    const offset = (place: unknown) =>
      createAbsolutePositionFromRelativePosition(place as RelativePosition, doc)?.index;
    expect([shared.anchor, shared.head].map(offset)).toEqual([7, 2]);
  });

  it('belong to the letter before them, where a line is wrapped', () => {
    const { doc, text } = setUp('one two');
    for (const offset of [0, 4, 7]) {
      const range = { anchor: offset, head: offset, assoc: -1 };
      const [shared] = readCursors(sent([shareRange(text, range, true)]));
      expect(shared && resolve(shared, doc)).toEqual({ text, ...range, primary: true });
    }
  });

  it('are read from states without the members that are null', () => {
    const item = { client: 1, clock: 2 };
    const cursors = readCursors([{ anchor: { item }, head: { item }, empty: false }]);
    const place = { type: null, tname: null, item, assoc: 0 };
    expect(cursors).toEqual([{ anchor: place, head: place, primary: false, empty: true }]);
  });

  it.each([
    undefined,
    null,
    'cursors',
    [null],
    [{ anchor: null, head: null }],
    [{ anchor: {}, head: {} }],
    [{ anchor: { item: { client: -1, clock: 0 } }, head: { item: { client: 0.5, clock: 0 } } }]
  ])('pass over what is no cursor: %j', value => {
    expect(readCursors(value)).toEqual([]);
  });

  it('are bounded', () => {
    const { text } = setUp('x');
    const shared = shareRange(text, { anchor: 0, head: 0 }, false);
    expect(readCursors(Array.from({ length: 1000 }, () => shared))).toHaveLength(MAX_RANGES);
  });

  it('neither find nor make what the document does not have', () => {
    const { doc } = setUp('x');
    const nowhere = { type: null, tname: 'elsewhere', item: null, assoc: 0 };
    const later = { ...nowhere, tname: null, item: { client: 99, clock: 5 } };
    const at = (place: typeof nowhere) => ({ anchor: place, head: place, empty: true });
    const cursors = readCursors([at(nowhere), at(later as unknown as typeof nowhere)]);
    expect(cursors).toHaveLength(2);
    expect(cursors.map(cursor => resolve(cursor, doc))).toEqual([null, null]);
    expect([...doc.share.keys()]).toEqual(['source']);
  });
});

describe('the cells of a presence state', () => {
  it('are read', () => {
    const cells = { mode: 'command', active: 'b', selected: ['a', 'b'] };
    expect(readCells(sent(cells))).toEqual(cells);
  });

  it.each([undefined, null, [], { mode: 'insert' }])('pass over what is none: %j', value => {
    expect(readCells(value)).toBeNull();
  });

  it('leave out what is no id, and are bounded', () => {
    const selected = [1, null, ...Array.from({ length: 1000 }, (_, n) => `cell-${n}`)];
    const cells = readCells({ mode: 'edit', active: 7, selected });
    expect(cells?.active).toBeNull();
    expect(cells?.selected.length).toBe(MAX_CELLS - 2);
  });
});
