import * as Y from 'yjs';

import { YReplica } from '../replica';

/** An update that makes a text of two million characters. */
function large(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('source').insert(0, 'x'.repeat(2_000_000));
  return Y.encodeStateAsUpdate(doc);
}

describe('YReplica', () => {
  it('takes in a large update without having Yjs make it again', () => {
    const doc = new Y.Doc();
    const told: [Uint8Array, boolean][] = [];
    const replica = new YReplica(doc, (update, isNews) => told.push([update, isNews]));
    const update = large();
    replica.apply(update);
    expect(doc.getText('source').length).toBe(2_000_000);
    expect(told).toEqual([[update, false]]);
    expect(told[0]?.[0]).toBe(update);
    expect(replica.unsaved.others()).toEqual(update);
  });

  it('still hears what others do about it, and everything after it', () => {
    const doc = new Y.Doc();
    const told: boolean[] = [];
    const replica = new YReplica(doc, (_, isNews) => told.push(isNews));
    const text = doc.getText('source');
    const answer = () => {
      text.unobserve(answer);
      text.insert(0, 'answer ');
    };
    text.observe(answer);
    replica.apply(large());
    text.insert(0, 'later ');
    expect(told.filter(isOwn => isOwn)).toHaveLength(2);
    expect(told.filter(isOwn => !isOwn)).toHaveLength(1);
  });

  it('goes on hearing after an update that cannot be read', () => {
    const doc = new Y.Doc();
    let edits = 0;
    const replica = new YReplica(doc, () => (edits += 1));
    expect(() => replica.apply(new Uint8Array(2_000_000).fill(255))).toThrow();
    doc.getText('source').insert(0, 'x');
    expect(edits).toBe(1);
  });
});
