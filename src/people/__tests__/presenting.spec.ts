import { rosterOf } from '../../presence';
import { setUp } from '../../presence/__tests__/crowd';
import { Invitations, Presenter } from '../presenting';
import { FakePage, settle } from './pages';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

describe('presenting', () => {
  it('invites everybody once, and takes it back', () => {
    const page = new FakePage();
    page.turn('one.ipynb');
    const { awareness } = page.at('one.ipynb').crowd;
    const presenter = new Presenter(page);
    presenter.start(7);
    expect(awareness.getLocalState()?.presenting).toBe(7);
    page.turn('two.ipynb');
    expect(presenter.place).toBe(page.at('one.ipynb'));
    presenter.stop();
    expect(awareness.getLocalState()?.presenting).toBeNull();
    expect(presenter.place).toBeNull();
  });

  it('tells of each invitation once, and when it is withdrawn', async () => {
    const { roster, join } = setUp();
    const bob = join('bob', { presenting: 7 });
    const invited: string[] = [];
    const withdrawn: string[] = [];
    const invitations = new Invitations(({ from, withdrawn: over }) => {
      invited.push(from.username);
      void over.then(() => withdrawn.push(from.username));
    });
    invitations.watch(roster);
    bob.say({ cursors: [1] });
    await settle();
    expect([invited, withdrawn]).toEqual([['bob'], []]);
    bob.say({ presenting: null });
    await settle();
    expect(withdrawn).toEqual(['bob']);
    bob.say({ presenting: 9 });
    await settle();
    bob.leave();
    await settle();
    expect([invited, withdrawn]).toEqual([
      ['bob', 'bob'],
      ['bob', 'bob']
    ]);
  });

  it('takes an invitation back with the document, and tells of it in the next again', async () => {
    const invited: string[] = [];
    const withdrawn: string[] = [];
    const invitations = new Invitations(({ from, withdrawn: over }) => {
      invited.push(from.username);
      void over.then(() => withdrawn.push(from.username));
    });
    for (const count of [1, 2]) {
      const { awareness, join } = setUp();
      join('bob', { presenting: 7 });
      invitations.watch(rosterOf(awareness));
      expect(invited).toHaveLength(count);
      awareness.destroy();
      await settle();
      expect(withdrawn).toHaveLength(count);
    }
  });
});
