import { nullTranslator } from '@jupyterlab/translation';

import { setUp } from '../../presence/__tests__/crowd';
import type { SessionState } from '../../session';
import { Announcer, ANNOUNCE_AFTER } from '../announcer';
import { connection } from './pages';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

const trans = nullTranslator.load('jupyter_collab');

describe('the announcer', () => {
  function announced() {
    const crowd = setUp();
    const said: string[] = [];
    const announcer = new Announcer(text => said.push(text), trans);
    const provider = { path: 'a.ipynb', ...connection() };
    const document = { provider, roster: crowd.roster };
    const online = (isSynced: boolean) => {
      provider.isSynced = isSynced;
      provider.stateChanged.emit({} as SessionState);
    };
    return {
      ...crowd,
      said,
      announcer,
      document,
      online,
      wait: () => jest.advanceTimersByTime(ANNOUNCE_AFTER + 99)
    };
  }

  it('says together who came and who left, and nothing of what they do', () => {
    const { announcer, said, document, join, wait } = announced();
    announcer.watch(document);
    const people = ['bob', 'cleo', 'dan', 'eve'].map(name => join(name));
    wait();
    expect(said).toEqual(['BOB and 3 others joined.']);
    people[0]?.type('x');
    people[1]?.say({ cursors: [1] });
    wait();
    expect(said).toHaveLength(1);
    people.slice(0, 2).forEach(page => page.leave());
    join('fay');
    wait();
    expect(said[1]).toBe('FAY joined. BOB and CLEO left.');
  });

  it('says nothing of a page that is loaded anew, nor while it is switched off', () => {
    const { announcer, said, document, join, wait } = announced();
    const bob = join('bob');
    announcer.watch(document);
    wait();
    bob.leave();
    jest.advanceTimersByTime(ANNOUNCE_AFTER / 2);
    join('bob');
    wait();
    announcer.enabled = false;
    join('cleo');
    wait();
    announcer.watch(null);
    expect(said).toEqual(['Also here: BOB.']);
  });

  it('tells those who were there first from those who come, also where the document is still opened', () => {
    const { announcer, said, document, join, online, wait } = announced();
    online(false);
    announcer.watch(document);
    join('bob');
    online(true);
    join('cleo');
    wait();
    expect(said).toEqual(['Also here: BOB. CLEO joined.']);
    join('dan');
    wait();
    announcer.watch(null);
    announcer.watch(document);
    wait();
    expect(said.slice(1)).toEqual(['DAN joined.', 'Also here: BOB and 2 others.']);
  });

  it('takes nobody for gone while the page has no connection, and tells then who is', () => {
    const { announcer, said, document, join, online, wait } = announced();
    const people = ['bob', 'cleo'].map(name => join(name));
    announcer.watch(document);
    wait();
    online(false);
    people.forEach(page => page.leave());
    wait();
    expect(said).toEqual(['Also here: BOB and CLEO.']);
    online(true);
    join('bob');
    wait();
    expect(said.slice(1)).toEqual(['CLEO left.']);
    online(false);
    online(true);
    wait();
    expect(said).toHaveLength(2);
  });
});
