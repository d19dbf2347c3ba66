import { luminance, textOn } from '../contrast';
import { BATCH, Roster, TYPING_FOR } from '../roster';
import type { RosterChange } from '../roster';
import { rosterOf } from '../rosters';
import { directionOf, initialsOf, NO_COLOR, readUser } from '../user';
import { setUp } from './crowd';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

const names = ({ added, removed, updated }: RosterChange) =>
  [added, removed, updated].map(list => list.map(peer => peer.user.username));

/** The contrast ratio of two `#rrggbb` colours as WCAG 2 defines it, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('the roster', () => {
  it('has those who are here already, and those who come later', () => {
    const { awareness, join } = setUp();
    const bob = join('bob');
    const roster = new Roster(awareness);
    const cleo = join('cleo', { cursors: [] });
    expect(roster.find(bob.client)?.user.displayName).toBe('BOB');
    expect(roster.find(cleo.client)?.state.cursors).toEqual([]);
    expect(roster.find(1)).toBeNull();
    expect(roster.others.map(person => person.user.username)).toEqual(['bob', 'cleo']);
  });

  it('counts ourself as a person and not as a peer', () => {
    const { roster, awareness } = setUp();
    expect(roster.self?.client).toBe(awareness.clientID);
    expect(roster.peers.size).toBe(0);
    expect(roster.people.map(({ user, isSelf }) => [user.username, isSelf])).toEqual([
      ['ada', true]
    ]);
    expect(roster.others).toEqual([]);
  });

  it('does not know clients that have not said who they are', () => {
    const { roster, join, told } = setUp(null);
    const ghost = join('ghost', { user: undefined });
    jest.advanceTimersByTime(BATCH);
    expect([roster.people, roster.find(ghost.client), told]).toEqual([[], null, []]);
    ghost.say({ user: { username: 'bob' } });
    expect(roster.people).toHaveLength(1);
  });

  it('reads whatever others say of themselves', () => {
    const { roster, join } = setUp();
    const odd = [1, 'x', [], {}, { username: 5, name: {} }, { username: ' ', color: [] }, true];
    const pages = odd.map(user =>
      join('x', { user, cursors: 5, cells: 'x', view: 1, running: {} })
    );
    for (const { client } of pages) {
      expect(roster.find(client)?.user.username).toBe(`client-${client}`);
      expect(roster.find(client)?.activity).toBe('viewing');
    }
  });

  it('has one person with two tabs once, and our own other tab with ourself', () => {
    const { roster, join } = setUp();
    const first = join('bob');
    jest.advanceTimersByTime(10);
    const second = join('bob');
    const mine = join('ada');
    expect(roster.people.map(person => person.peers.length)).toEqual([2, 2]);
    expect(roster.others[0]?.peers[0]?.client).toBe(second.client);
    expect(roster.find(mine.client)?.user.username).toBe('ada');
    jest.advanceTimersByTime(10);
    first.say({ cursors: [1] });
    expect(roster.others[0]?.peers[0]?.client).toBe(first.client);
    first.leave();
    expect(roster.others[0]?.peers).toHaveLength(1);
    second.leave();
    expect(roster.others).toEqual([]);
  });

  it('keeps people in the order in which they came, whatever they do', () => {
    const { roster, join } = setUp();
    const bob = join('bob');
    jest.advanceTimersByTime(10);
    join('alan');
    jest.advanceTimersByTime(10);
    bob.say({ cursors: [1] });
    expect(roster.others.map(person => person.user.username)).toEqual(['bob', 'alan']);
  });

  it('tells changes together, once per batch', () => {
    const { told, join } = setUp();
    const bob = join('bob');
    const cleo = join('cleo');
    bob.say({ cursors: [1] });
    expect(told).toEqual([]);
    jest.advanceTimersByTime(BATCH);
    expect(told.map(names)).toEqual([[['bob', 'cleo'], [], []]]);
    bob.say({ cursors: [2] });
    bob.say({ cursors: [3] });
    cleo.leave();
    jest.advanceTimersByTime(BATCH);
    expect(told.slice(1).map(names)).toEqual([[[], ['cleo'], ['bob']]]);
  });

  it('tells nothing of somebody who came and left within a batch, nor of renewals', () => {
    const { told, roster, join } = setUp();
    const bob = join('bob');
    jest.advanceTimersByTime(BATCH);
    const { lastActive } = roster.find(bob.client) ?? {};
    jest.advanceTimersByTime(10_000);
    bob.renew();
    join('cleo').leave();
    jest.advanceTimersByTime(BATCH);
    expect(told.map(names)).toEqual([[['bob'], [], []]]);
    expect(roster.find(bob.client)?.lastActive).toBe(lastActive);
  });

  it('takes a new name on all pages of somebody for nothing that is done there', () => {
    const { roster, join } = setUp();
    const first = join('bob');
    jest.advanceTimersByTime(10);
    const second = join('bob');
    jest.advanceTimersByTime(10);
    const user = { username: 'bob', display_name: 'Robert' };
    [second, first].forEach(page => {
      page.say({ user });
      jest.advanceTimersByTime(10);
    });
    const [bob] = roster.others;
    expect(bob?.user.displayName).toBe('Robert');
    expect(bob?.peers.map(({ client }) => client)).toEqual([second.client, first.client]);
  });

  it('has a new name or colour at once, under the same client', () => {
    const { roster, join, told } = setUp();
    const bob = join('bob');
    jest.advanceTimersByTime(BATCH);
    bob.say({ user: { username: 'bob', display_name: 'Robert', initials: 'R', color: '#abcdef' } });
    expect(roster.find(bob.client)?.user).toEqual({
      ...{ username: 'bob', name: 'bob', displayName: 'Robert' },
      ...{ initials: 'R', color: '#abcdef' }
    });
    jest.advanceTimersByTime(BATCH);
    expect(names(told[1] as RosterChange)).toEqual([[], [], ['bob']]);
  });
});

describe('what somebody does', () => {
  it('is typing for a while after each edit', () => {
    const { roster, join, told } = setUp();
    const bob = join('bob');
    const activity = () => roster.others[0]?.activity;
    expect(activity()).toBe('viewing');
    bob.type('x');
    expect(activity()).toBe('typing');
    jest.advanceTimersByTime(TYPING_FOR - 1);
    bob.type('y');
    jest.advanceTimersByTime(TYPING_FOR - 1);
    expect(activity()).toBe('typing');
    const count = told.length;
    jest.advanceTimersByTime(1 + BATCH);
    expect(activity()).toBe('viewing');
    expect(told.slice(count).map(names)).toEqual([[[], [], ['bob']]]);
  });

  it('stays typing when other fields change, and ends with the page', () => {
    const { roster, join } = setUp();
    const bob = join('bob');
    bob.type('x');
    bob.say({ cursors: [1] });
    expect(roster.others[0]?.activity).toBe('typing');
    bob.leave();
    jest.advanceTimersByTime(TYPING_FOR + BATCH);
    expect(roster.others).toEqual([]);
  });

  it('is not typing whose edits were there when the document was opened, nor ourself', () => {
    const { roster, join, doc } = setUp();
    const bob = join('bob');
    doc.getText('source').insert(0, 'mine');
    expect(roster.find(bob.client)?.activity).toBe('viewing');
    expect(roster.self?.activity).toBe('viewing');
  });

  it('is running while the client says so, and typing where it does both', () => {
    const { roster, join } = setUp();
    const bob = join('bob', { running: true });
    expect(roster.others[0]?.activity).toBe('running');
    bob.type('x');
    expect(roster.others[0]?.activity).toBe('typing');
    jest.advanceTimersByTime(TYPING_FOR);
    expect(roster.others[0]?.activity).toBe('running');
    bob.say({ running: false });
    expect(roster.others[0]?.activity).toBe('viewing');
  });

  it('is the liveliest of what the tabs do', () => {
    const { roster, join } = setUp();
    join('bob').type('x');
    jest.advanceTimersByTime(10);
    join('bob');
    expect(roster.others.map(person => person.activity)).toEqual(['typing']);
  });

  it('has the people of another one where they are not here, and tells of no others there', () => {
    const { roster, join, told } = setUp();
    const document = setUp();
    roster.include(document.roster);
    const here = () => {
      jest.advanceTimersByTime(2 * BATCH);
      return roster.people.map(({ user }) => user.username);
    };
    const bob = join('bob');
    const [bobThere, guest] = [document.join('bob'), document.join('guest')];
    expect(here()).toEqual(['ada', 'bob', 'guest']);
    expect(
      told
        .splice(0)
        .flatMap(({ added }) => added)
        .map(({ user }) => user.username)
    ).toEqual(['bob', 'guest']);
    bobThere.say({ cursors: [1] });
    expect([here(), told]).toEqual([['ada', 'bob', 'guest'], []]);
    bob.leave();
    guest.leave();
    expect(here()).toEqual(['ada', 'bob']);
    bobThere.leave();
    expect(here()).toEqual(['ada']);
    told.length = 0;
    roster.dispose();
    document.join('cleo');
    expect([here(), told]).toEqual([['ada'], []]);
  });

  it('tells nothing after its end', () => {
    const { roster, join, told } = setUp();
    join('bob').type('x');
    roster.dispose();
    join('cleo');
    jest.advanceTimersByTime(TYPING_FOR + BATCH);
    expect([told, roster.isDisposed]).toEqual([[], true]);
  });

  it('is one for all who ask, and ends with the awareness', () => {
    const { awareness } = setUp();
    const roster = rosterOf(awareness);
    expect(rosterOf(awareness)).toBe(roster);
    awareness.destroy();
    expect(roster.isDisposed).toBe(true);
  });
});

describe('a user', () => {
  it('is named by whatever is known', () => {
    expect(readUser({ name: 'Ada Lovelace' }, 'client-1')).toEqual({
      ...{ username: 'Ada Lovelace', name: 'Ada Lovelace', displayName: 'Ada Lovelace' },
      ...{ initials: 'AL', color: NO_COLOR }
    });
    expect(readUser('nonsense', 'client-1').displayName).toBe('client-1');
    expect(readUser({ username: 'u', initials: ' ', color: 7 }, 'x').initials).toBe('U');
  });

  it('has initials of the first letters, beyond the basic plane too', () => {
    expect(initialsOf('  grace   murray hopper ')).toBe('GM');
    expect(initialsOf('𝒜da')).toBe('𝒜');
    expect(initialsOf(' ')).toBe('?');
  });

  it('is read in the direction of its name, whatever stands before that', () => {
    const names = ['Guest محمد', 'Guest "דוד"', 'Guest Ada محمد', 'Guest', 'Guest 1 李', 'محمد'];
    const known = ['rtl', 'rtl', 'auto', 'auto', 'auto', 'auto'];
    expect(names.map(directionOf)).toEqual(known);
  });
});

describe('text on a colour', () => {
  it('can be read on every colour', () => {
    for (let step = 0; step < 4096; step++) {
      const color = `#${step.toString(16).padStart(3, '0')}`;
      expect(contrast(color, textOn(color))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('knows black from white, and takes what it cannot read for grey', () => {
    expect(contrast('#000', '#ffffff')).toBeCloseTo(21);
    expect(luminance('var(--x)')).toBeCloseTo(luminance('#808080'));
  });
});
