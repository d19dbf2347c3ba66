import { PromiseDelegate } from '@lumino/coreutils';

import type { Link, NewLink, WantedLink } from '../api';
import { DocumentLinks } from '../links';
import { REFRESH_INTERVAL } from '../watched';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const WANTED: WantedLink = { path: 'a.ipynb', role: 'edit', expiresIn: 60, name: '' };

function link(id: string, people: Link['people'] = [], created = 1): Link {
  const what = { path: 'a.ipynb', role: 'edit', name: '', missing: false } as const;
  return { id, ...what, created, expires: null, lastUsed: null, people };
}

/** A server that answers when it is told to. */
class FakeServer {
  readonly asked: (string | null)[] = [];
  readonly answers: PromiseDelegate<readonly Link[]>[] = [];
  refusal: Error | null = null;

  async links(path: string | null): Promise<readonly Link[]> {
    this.asked.push(path);
    const answer = new PromiseDelegate<readonly Link[]>();
    this.answers.push(answer);
    return answer.promise;
  }

  async create(wanted: WantedLink): Promise<NewLink> {
    await this._refuse();
    return { ...link('new', [], 2), ...wanted, url: '/collab/join?share_token=secret' };
  }

  async revoke(): Promise<void> {
    await this._refuse();
  }

  async answer(links: readonly Link[] | Error): Promise<void> {
    const answer = this.answers.shift();
    if (links instanceof Error) {
      answer?.reject(links);
    } else {
      answer?.resolve(links);
    }
    await jest.advanceTimersByTimeAsync(0);
  }

  private async _refuse(): Promise<void> {
    if (this.refusal !== null) {
      throw this.refusal;
    }
    return Promise.resolve();
  }
}

function setUp(path: string | null = 'a.ipynb') {
  const server = new FakeServer();
  const links = new DocumentLinks(server, () => path);
  const ids = () => links.state.links?.map(({ id }) => id) ?? null;
  return { server, links, ids };
}

describe('the links of a document', () => {
  it('are not known before the server has answered, and looked at again and again', async () => {
    const { server, links, ids } = setUp();
    links.start();
    expect(ids()).toBeNull();
    await server.answer([link('1')]);
    expect(ids()).toEqual(['1']);
    expect(server.asked).toEqual(['a.ipynb']);
    await jest.advanceTimersByTimeAsync(REFRESH_INTERVAL);
    await server.answer([link('1', [{ username: 'g', name: 'Guest Io' }])]);
    expect(links.state.links?.[0]?.people[0]?.name).toBe('Guest Io');
    links.stop();
    await jest.advanceTimersByTimeAsync(10 * REFRESH_INTERVAL);
    expect(server.asked).toHaveLength(2);
  });

  it('are those of the document where it is now', async () => {
    const server = new FakeServer();
    let path = 'a.ipynb';
    const links = new DocumentLinks(server, () => path);
    links.start();
    await server.answer([]);
    path = 'b.ipynb';
    await jest.advanceTimersByTimeAsync(REFRESH_INTERVAL);
    expect(server.asked).toEqual(['a.ipynb', 'b.ipynb']);
  });

  it('does not ask again while the server has not answered', async () => {
    const { server, links } = setUp(null);
    links.start();
    await jest.advanceTimersByTimeAsync(10 * REFRESH_INTERVAL);
    expect(server.asked).toEqual([null]);
  });

  it('says that they are not known any more, keeps what it knew, and recovers', async () => {
    const { server, links, ids } = setUp();
    links.start();
    await server.answer([link('1')]);
    await jest.advanceTimersByTimeAsync(REFRESH_INTERVAL);
    await server.answer(new Error('gone'));
    expect(links.state.problem).toEqual(new Error('gone'));
    expect(ids()).toEqual(['1']);
    await jest.advanceTimersByTimeAsync(REFRESH_INTERVAL);
    await server.answer([]);
    expect(links.state.problem).toBeNull();
    expect(ids()).toEqual([]);
  });

  it('has a new one at once, with its address', async () => {
    const { server, links, ids } = setUp();
    links.start();
    await server.answer([link('1')]);
    const busy: boolean[] = [];
    links.changed.connect((_, { isBusy }) => busy.push(isBusy));
    await links.create(WANTED);
    expect(ids()).toEqual(['new', '1']);
    expect(links.state.made?.url).toContain('secret');
    expect(busy).toEqual([true, false]);
  });

  it('are listed with the newest on top', async () => {
    const { server, links, ids } = setUp();
    links.start();
    await server.answer([link('1', [], 1), link('3', [], 3), link('2', [], 2)]);
    expect(ids()).toEqual(['3', '2', '1']);
  });

  it('forgets the address of one that was revoked', async () => {
    const { links, ids } = setUp();
    await links.create(WANTED);
    await links.revoke('new');
    expect(ids()).toEqual([]);
    expect(links.state.made).toBeNull();
  });

  it('takes no list from before it changed something', async () => {
    const { server, links, ids } = setUp();
    links.start();
    await links.create(WANTED);
    await server.answer([link('1')]);
    expect(ids()).toEqual(['new']);
    await jest.advanceTimersByTimeAsync(REFRESH_INTERVAL);
    await server.answer([link('1'), link('new', [], 2)]);
    expect(ids()).toEqual(['new', '1']);
  });

  it('says why something was not done, until something else is', async () => {
    const { server, links, ids } = setUp();
    await links.create(WANTED);
    server.refusal = new Error('The server cannot keep the link');
    await links.revoke('new');
    expect(links.state.failure).toBe(server.refusal);
    expect(links.state.isBusy).toBe(false);
    expect(ids()).toEqual(['new']);
    server.refusal = null;
    await links.create(WANTED);
    expect(links.state.failure).toBeNull();
  });
});
