import { ReactWidget } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { HubInfo, SharingApi, SharingInfo } from '../api';
import type { HubShare, HubSharesApi } from '../hubapi';
import { hubSection } from '../ui/hub';
import { serverSection } from '../ui/server';
import { until } from './until';

const HUB: HubInfo = {
  owner: 'alice',
  server: '',
  user: 'alice',
  isOwner: true,
  host: '',
  prefix: '/',
  canShare: true
};
const INFO: SharingInfo = {
  documentLinks: true,
  serverLinks: true,
  roles: ['view', 'edit'],
  longest: null,
  guests: false,
  namedOnly: false,
  server: { login: 'hub', token: null, local: false },
  hub: HUB,
  file: null
};
const BOB: HubShare = { kind: 'user', name: 'bob', created: 1 };

const CODE = { id: 'sc_2', created: 1, expires: 2e9, used: 2, lastUsed: 1, link: null };

const withdrawn: HubShare[] = [];
let codes: (typeof CODE)[] = [];
const shares: HubSharesApi = {
  access: async () => Promise.resolve({ codes, shares: [BOB] }),
  createCode: async expiresIn =>
    Promise.resolve({
      ...{ id: 'sc_1', created: 1, expires: 1 + expiresIn, used: 0 },
      url: '/hub/accept-share?code=SECRET'
    }),
  revokeCode: async () => {
    codes = [];
    return Promise.resolve();
  },
  withdraw: async share => {
    withdrawn.push(share);
    return Promise.resolve();
  }
};

// The first drawing takes long on a machine that has much else to do.
jest.setTimeout(20_000);

let shown: Widget | null = null;
afterEach(() => {
  shown?.dispose();
  shown = null;
});

const says = (words: string) => shown?.node.textContent.includes(words) === true;

/** The section as somebody sees it who has a notebook open. */
async function show(
  info: Partial<SharingInfo>,
  base = 'https://hub.example/user/alice/'
): Promise<HTMLElement> {
  const { Body } = hubSection(shares);
  const page = { base, app: 'lab', here: '' } as const;
  const subject = { path: 'nb.ipynb', kind: 'notebook', room: null, obstacle: null } as const;
  const trans = nullTranslator.load('');
  const api = {} as SharingApi;
  shown = ReactWidget.create(
    <Body {...{ page, subject, trans, api }} info={{ ...INFO, ...info }} />
  );
  Widget.attach(shown, document.body);
  const { node } = shown;
  await until(() => node.textContent !== '');
  return node;
}

function button(node: HTMLElement, label: string): HTMLButtonElement {
  const found = Array.from(node.querySelectorAll('button')).find(
    one => one.getAttribute('aria-label') === label || one.textContent === label
  );
  if (found === undefined) {
    throw new Error(`There is no button ${label}: ${node.textContent}`);
  }
  return found;
}

describe('the part of the dialog for a server of a JupyterHub', () => {
  it('is in the place of the one for other servers', () => {
    const section = hubSection(shares);
    for (const hub of [HUB, null]) {
      const info = { ...INFO, hub };
      expect(section.isOffered(info)).toBe(hub !== null);
      expect(serverSection.isOffered(info)).toBe(hub === null);
    }
  });

  it('gives a link that is accepted at the Hub and leads to the document', async () => {
    const node = await show({});
    button(node, 'Share This Server').click();
    await until(() => node.querySelector('input') !== null);
    expect(node.querySelector('input')?.value).toBe(
      'https://hub.example/hub/accept-share?code=SECRET&next=%2Fuser%2Falice%2Flab%2Ftree%2Fnb.ipynb'
    );
    expect(node.textContent).toContain('accepted by nobody');
    expect(node.textContent).not.toContain('Only this computer');
  });

  it('takes the access from somebody who is listed, after a question', async () => {
    const node = await show({});
    await until(() => says('bob'));
    button(node, 'Withdraw the access of bob').click();
    await until(() => says('Take the access from them?'));
    expect(withdrawn).toEqual([]);
    button(node, 'Withdraw').click();
    await until(() => says('bob has no access any more.'));
    expect(withdrawn).toEqual([BOB]);
    expect(node.querySelectorAll('li')).toHaveLength(0);
  });

  it('takes back a link that can still be accepted, and says what that means', async () => {
    codes = [CODE];
    const node = await show({});
    await until(() => says('accepted by 2 people') && says('Links that can be accepted (1)'));
    const revoke = [...node.querySelectorAll('button')].find(one => one.textContent === 'Revoke');
    revoke?.click();
    await until(() => says('Let nobody else in by it?'));
    button(node, 'Revoke').click();
    await until(() => says('was revoked. Who has accepted it keeps the access.'));
    expect(document.activeElement?.textContent).toBe('Links that can be accepted');
    expect(codes).toEqual([]);
  });

  it('gives the plain address, and tells what an administrator can do', async () => {
    const node = await show({ hub: { ...HUB, canShare: false } });
    expect(node.querySelector('input')?.value).toBe(
      'https://hub.example/user/alice/lab/tree/nb.ipynb'
    );
    expect(node.querySelector('textarea')?.value).toContain('oauth_client_allowed_scopes');
    expect(node.textContent).toContain('jupyterhub_config.py');
  });

  it('tells people who are here as guests of the owner who can share', async () => {
    const node = await show({ hub: { ...HUB, user: 'bob', isOwner: false, canShare: false } });
    expect(node.textContent).toContain('Only alice, whose server this is');
    expect(node.querySelector('textarea')).toBeNull();
  });

  it('makes no links to all of a server of which others have documents only', async () => {
    const node = await show({ namedOnly: true }, 'http://127.0.0.1:8000/user/alice/');
    await until(() => says('bob'));
    expect(node.querySelector('.jp-CollabShare-warning')).toBeNull();
    expect(node.textContent).toContain('nothing of this server but the documents');
    expect(node.textContent).not.toContain('Share This Server');
    expect(button(node, 'Withdraw the access of bob')).toBeDefined();
  });

  it('says that links to the whole server are switched off', async () => {
    const node = await show({ serverLinks: false, hub: { ...HUB, canShare: false } });
    expect(node.textContent).toContain('switched off');
    expect(node.querySelector('input')).toBeNull();
  });
});
