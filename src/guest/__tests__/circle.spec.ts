import { Signal } from '@lumino/signaling';

import type { Identity } from '../../people/identity';
import { BATCH, documentsOf, pathOf, Roster } from '../../presence';
import { setUp } from '../../presence/__tests__/crowd';
import type { SessionState } from '../../session';
import { Circle } from '../circle';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

function gather() {
  const identity = {
    published: { username: 'guest', name: 'Guest Io' },
    changed: new Signal<object, void>({}),
    refresh: jest.fn(() => Promise.resolve())
  };
  const circle = new Circle(identity as unknown as Identity);
  const roster = new Roster(circle);
  const names = () => {
    jest.advanceTimersByTime(BATCH);
    return roster.others.map(({ user }) => user.username);
  };
  return { identity, circle, roster, names };
}

function open(path: string) {
  const crowd = setUp('guest');
  const stateChanged = new Signal<object, SessionState>({});
  const model = { awareness: crowd.awareness };
  const document = { path, contentType: 'notebook', model, stateChanged };
  return { crowd, stateChanged, document: document as unknown as Parameters<Circle['add']>[0] };
}

describe('Circle', () => {
  it('has those who are in the documents, and where they are', () => {
    const { circle, roster, names } = gather();
    const { crowd, document } = open('a.ipynb');
    crowd.join('ada', { current: 'notebook:secret.ipynb', documents: ['secret.ipynb'] });
    circle.add(document);
    expect(names()).toEqual(['ada']);
    const bob = crowd.join('bob');
    expect(names()).toEqual(['ada', 'bob']);
    roster.others.forEach(person => {
      expect(pathOf(person)).toBe('a.ipynb');
      expect(documentsOf(person)).toEqual(['a.ipynb']);
    });
    bob.leave();
    expect(names()).toEqual(['ada']);
    expect(roster.self?.user.name).toBe('Guest Io');
  });

  it('forgets people with the document', () => {
    const { circle, names } = gather();
    const { crowd, document } = open('a.ipynb');
    crowd.join('ada');
    circle.add(document);
    expect(names()).toEqual(['ada']);
    crowd.awareness.destroy();
    expect(names()).toEqual([]);
  });

  it('knows a client of one document from one of the same id in another', () => {
    const { circle, roster, names } = gather();
    const [one, other] = [open('a.ipynb'), open('b.ipynb')];
    const tell = ({ crowd: { awareness } }: typeof one, change: object) =>
      awareness.emit('change', [{ added: [], updated: [], removed: [], ...change }, 'others']);
    [one, other].forEach(({ document }) => circle.add(document));
    one.crowd.awareness.states.set(7, { user: { username: 'robot' } });
    tell(one, { added: [7] });
    other.crowd.awareness.states.set(7, { user: { username: 'guest-2' } });
    tell(other, { added: [7] });
    expect(names()).toEqual(['guest-2', 'robot']);
    expect(roster.others.map(pathOf)).toEqual(['b.ipynb', 'a.ipynb']);
    other.crowd.awareness.states.delete(7);
    tell(other, { removed: [7] });
    expect(names()).toEqual(['robot']);
    one.crowd.awareness.destroy();
    expect(names()).toEqual([]);
  });

  it('follows a document to its new name, and asks who we are on each connection', () => {
    const { circle, roster, names, identity } = gather();
    const { crowd, document, stateChanged } = open('a.ipynb');
    crowd.join('ada');
    circle.add(document);
    const tell = (path: string, since: number) => {
      (document as { path: string }).path = path;
      stateChanged.emit({ path, link: { kind: 'synced', since } } as unknown as SessionState);
    };
    tell('a.ipynb', 1);
    tell('b.ipynb', 1);
    tell('b.ipynb', 2);
    names();
    expect(roster.others.map(pathOf)).toEqual(['b.ipynb']);
    expect(identity.refresh).toHaveBeenCalledTimes(2);
  });

  it('asks for nothing, and says nothing of us, where the lobby does', () => {
    const circle = new Circle(null);
    const roster = new Roster(circle);
    const { crowd, document, stateChanged } = open('a.ipynb');
    circle.add(document);
    stateChanged.emit({
      path: 'a.ipynb',
      link: { kind: 'synced', since: 1 }
    } as unknown as SessionState);
    crowd.join('robot');
    jest.advanceTimersByTime(BATCH);
    expect(roster.people.map(({ user }) => user.username)).toEqual(['robot']);
  });

  it('does not know who is here while a document has no connection', () => {
    const { circle } = gather();
    const { crowd, document, stateChanged } = open('a.ipynb');
    const told: boolean[] = [];
    circle.changed.connect(() => told.push(circle.isLost));
    circle.add(document);
    const tell = (kind: string) =>
      stateChanged.emit({ path: 'a.ipynb', link: { kind, since: 1 } } as unknown as SessionState);
    ['connecting', 'synced', 'offline', 'connecting', 'synced', 'offline'].forEach(tell);
    expect(told).toEqual([true, false, true]);
    crowd.awareness.destroy();
    expect(circle.isLost).toBe(false);
    // What is closed may still have something to tell before it is silent.
    tell('syncing');
    expect(circle.isLost).toBe(false);
  });
});
