import * as Y from 'yjs';

import { findPosition, viewOf } from '../place';
import type { Peer } from '../people';

describe('findPosition', () => {
  it('finds a position in the text as it is now', () => {
    const doc = new Y.Doc();
    const text = doc.getText('source');
    text.insert(0, 'abc');
    const position: unknown = Y.relativePositionToJSON(
      Y.createRelativePositionFromTypeIndex(text, 1)
    );
    text.insert(0, '🦜');
    expect(findPosition(position, doc)).toMatchObject({ type: text, index: 3 });
  });

  it.each([
    ['nothing', undefined],
    ['something else', 'here'],
    ['an item that is not there yet', { item: { client: 7, clock: 3 } }],
    ['a part that the document does not have', { tname: 'elsewhere' }]
  ])('finds no place for %s, and makes none', (_, position) => {
    const doc = new Y.Doc();
    doc.getText('source').insert(0, 'abc');
    expect(findPosition(position, doc)).toBeNull();
    expect([...doc.share.keys()]).toEqual(['source']);
  });
});

describe('viewOf', () => {
  const seen = (view: unknown) => viewOf({ state: { view } } as unknown as Peer);

  it('reads cells and positions, with a share between 0 and 1', () => {
    expect(seen({ cell: 'a', share: 0.5 })).toEqual({ cell: 'a', share: 0.5 });
    expect(seen({ at: { tname: 'source' }, share: 7 })).toEqual({
      at: { tname: 'source' },
      share: 0
    });
    expect(seen({ share: 0.5 })).toBeNull();
    expect(seen('top')).toBeNull();
  });
});
