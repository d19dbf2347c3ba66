import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';

import { YReplica } from '../replica';

describe('YReplica', () => {
  it('tells of what it brings back, and who made what of it', () => {
    const [whole, doc] = [new Doc(), new Doc()];
    whole.getText('source').insert(0, 'all');
    const state = encodeStateAsUpdate(whole);
    const told = jest.fn();
    const replica = new YReplica(doc, told);
    const pieces = [
      { kind: 'state', update: state },
      { kind: 'own', update: state }
    ] as const;
    replica.bringBack(pieces);
    expect(doc.getText('source').toJSON()).toBe('all');
    expect(told.mock.calls).toEqual([
      [state, true, [pieces[1], { kind: 'others', update: state }]]
    ]);
    replica.bringBack(pieces);
    expect(told).toHaveBeenCalledTimes(1);

    replica.unsaved.filed(0);
    expect(replica.unsaved.own()).toEqual(state);
    expect(replica.unsaved.others()).toEqual(state);
    replica.unsaved.filed(1);
    expect([replica.unsaved.own(), replica.unsaved.others()]).toEqual([null, null]);
    replica.dispose();
  });

  it('takes back what is too large to be brought back', async () => {
    const [whole, doc] = [new Doc(), new Doc()];
    whole.getText('source').insert(0, 'x'.repeat(1000));
    const told: Uint8Array[] = [];
    const takenBack = jest.fn();
    const replica = new YReplica(doc, update => told.push(update), 500, takenBack);
    replica.bringBack([{ kind: 'state', update: encodeStateAsUpdate(whole) }]);
    await Promise.resolve();
    expect(takenBack).toHaveBeenCalledTimes(1);
    const copy = new Doc();
    told.forEach(update => applyUpdate(copy, update));
    expect([doc, copy].map(it => it.getText('source').toJSON())).toEqual(['', '']);
    replica.dispose();
  });
});
