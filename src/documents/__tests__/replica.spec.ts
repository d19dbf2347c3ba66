import { Awareness, encodeAwarenessUpdate, outdatedTimeout } from 'y-protocols/awareness';
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';

import { AwarenessPresence, YReplica } from '../replica';

describe('AwarenessPresence', () => {
  it('renews our state when others are heard and the timers of a hidden page rest', () => {
    const [ours, theirs] = [new Awareness(new Doc()), new Awareness(new Doc())];
    const moved = jest.fn();
    const presence = new AwarenessPresence(ours, moved);
    const hear = () => presence.apply(encodeAwarenessUpdate(theirs, [theirs.clientID]));
    hear();
    expect(moved).not.toHaveBeenCalled();
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + outdatedTimeout - 5000);
    theirs.setLocalStateField('cursors', []);
    hear();
    expect(moved).toHaveBeenCalledTimes(1);
    later.mockRestore();
    presence.dispose();
    ours.destroy();
    theirs.destroy();
  });
});

describe('AwarenessPresence, where the clock of the system is set back', () => {
  it('goes on renewing our state: others have a clock of their own', () => {
    const [ours, theirs] = [new Awareness(new Doc()), new Awareness(new Doc())];
    const moved = jest.fn();
    const presence = new AwarenessPresence(ours, moved);
    const before = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    presence.apply(encodeAwarenessUpdate(theirs, [theirs.clientID]));
    expect(moved).toHaveBeenCalledTimes(1);
    before.mockRestore();
    presence.dispose();
    ours.destroy();
    theirs.destroy();
  });
});

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
