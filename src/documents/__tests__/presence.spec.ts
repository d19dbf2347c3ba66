import { Awareness, encodeAwarenessUpdate, outdatedTimeout } from 'y-protocols/awareness';
import { Doc } from 'yjs';

import { AwarenessPresence } from '../presence';

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
