import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { acceptLink } from '../address';
import type { HubAccess, HubShare, HubSharesApi, NewHubCode } from '../hubapi';
import { HUB_CONFIGURATION } from '../hubconfig';
import { HubShares } from '../hubshares';

const CODE = { id: 'sc_1', created: 1, expires: 3601, used: 0, link: null };
const BOB: HubShare = { kind: 'user', name: 'bob', created: 2 };
const BOBS: HubShare = { kind: 'group', name: 'bob', created: 3 };

/** A Hub that does what it is told, or refuses. */
class FakeHub implements HubSharesApi {
  readonly asked: unknown[] = [];
  held: HubAccess = { codes: [CODE], shares: [BOB, BOBS] };
  refusal: Error | null = null;

  async access(): Promise<HubAccess> {
    return this._answer(this.held);
  }

  async createCode(expiresIn: number): Promise<NewHubCode> {
    this.asked.push(expiresIn);
    return this._answer({ ...CODE, id: 'sc_2', url: '/hub/accept-share?code=SECRET' });
  }

  async revokeCode(id: string): Promise<void> {
    this.asked.push(id);
    return this._answer(undefined);
  }

  async withdraw(share: HubShare): Promise<void> {
    this.asked.push(share);
    return this._answer(undefined);
  }

  private async _answer<T>(answer: T): Promise<T> {
    return this.refusal === null ? Promise.resolve(answer) : Promise.reject(this.refusal);
  }
}

async function setUp(hub = new FakeHub()) {
  const shares = new HubShares(hub);
  shares.start();
  shares.stop();
  await new Promise(resolve => setTimeout(resolve));
  const ids = () => shares.state.codes?.map(({ id }) => id);
  return { hub, shares, ids };
}

describe('HubShares', () => {
  it('knows nothing before the Hub has answered', () => {
    const { state } = new HubShares(new FakeHub());
    expect([state.codes, state.shares, state.made]).toEqual([null, null, null]);
  });

  it('lists the codes that open the server, and who has access', async () => {
    const hub = new FakeHub();
    hub.held = { codes: [CODE, { ...CODE, id: 'sc_9', link: 'abc' }], shares: [BOB] };
    const { shares, ids } = await setUp(hub);
    expect(ids()).toEqual(['sc_1']);
    expect(shares.state.shares).toEqual([BOB]);
  });

  it('shows the address of a new code until the code is revoked', async () => {
    const { hub, shares, ids } = await setUp();
    expect(await shares.create(3600)).toBe(true);
    expect(ids()).toEqual(['sc_1', 'sc_2']);
    expect(shares.state.made?.url).toBe('/hub/accept-share?code=SECRET');
    await shares.revoke('sc_1');
    expect(shares.state.made?.id).toBe('sc_2');
    await shares.revoke('sc_2');
    expect(ids()).toEqual([]);
    expect(shares.state.made).toBeNull();
    expect(hub.asked).toEqual([3600, 'sc_1', 'sc_2']);
  });

  it('takes the access from one and leaves it to others of that name', async () => {
    const { hub, shares } = await setUp();
    expect(await shares.withdraw(BOB)).toBe(true);
    expect(shares.state.shares).toEqual([BOBS]);
    expect(hub.asked).toEqual([BOB]);
  });

  it('tells what the Hub refuses, and changes nothing', async () => {
    const { hub, shares, ids } = await setUp();
    hub.refusal = new Error('The JupyterHub does not let you share this server');
    const done = [await shares.create(60), await shares.revoke('sc_1'), await shares.withdraw(BOB)];
    expect(done).toEqual([false, false, false]);
    expect(ids()).toEqual(['sc_1']);
    expect(shares.state.shares).toEqual([BOB, BOBS]);
    expect(shares.state.failure).toBe(hub.refusal);
    expect(shares.state.isBusy).toBe(false);
  });

  it('tells when it is not known who has access', async () => {
    const hub = new FakeHub();
    hub.refusal = new Error('The JupyterHub does not answer');
    const { shares } = await setUp(hub);
    expect(shares.state.problem).toBe(hub.refusal);
    expect(shares.state.shares).toBeNull();
  });
});

describe('acceptLink', () => {
  const page = { base: 'https://hub.example/user/alice/' };

  it('leads to the document after the code was accepted', () => {
    const address = 'https://hub.example/user/alice/lab/tree/a%20%26%20b.ipynb';
    const link = new URL(acceptLink('/hub/accept-share?code=SECRET', page, address));
    expect(link.origin + link.pathname).toBe('https://hub.example/hub/accept-share');
    expect(link.searchParams.get('code')).toBe('SECRET');
    expect(link.searchParams.get('next')).toBe('/user/alice/lab/tree/a%20%26%20b.ipynb');
  });

  it('is where the Hub says that it is reached', () => {
    const url = 'https://other.example/hub/accept-share?code=SECRET';
    expect(acceptLink(url, page, `${page.base}lab`)).toBe(`${url}&next=%2Fuser%2Falice%2Flab`);
  });
});

describe('HUB_CONFIGURATION', () => {
  it('is what docs/deployment.md tells, which the tests on a real Hub use', () => {
    const docs = readFileSync(join(__dirname, '../../../docs/deployment.md'), 'utf-8');
    expect(docs).toContain(`\n\`\`\`python\n${HUB_CONFIGURATION}\n\`\`\`\n`);
  });
});
