import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { Page } from '../address';
import type { Link, NewLink, SharingApi, SharingInfo, WantedLink } from '../api';
import type { Subject } from '../subject';
import { openShareDialog } from '../ui/dialog';
import { documentSection } from '../ui/document';
import { GrantList } from '../ui/grantlist';
import { serverSection } from '../ui/server';
import { until } from './until';

const trans = nullTranslator.load('jupyter_collab');

const INFO: SharingInfo = {
  documentLinks: true,
  serverLinks: true,
  roles: ['view', 'edit'],
  longest: null,
  guests: true,
  namedOnly: false,
  server: { login: 'token', token: 'T', local: false },
  hub: null,
  file: null
};
const SUBJECT: Subject = {
  path: 'data/a.ipynb',
  kind: 'notebook',
  room: { format: 'json', type: 'notebook' },
  obstacle: null
};
const LINK: Link = {
  ...{ id: '1', path: 'data/a.ipynb', role: 'edit', name: 'Physics', created: 1 },
  ...{
    expires: null,
    lastUsed: null,
    missing: false,
    people: [{ username: 'g', name: 'Guest Io' }]
  }
};
const PAGE = { base: 'https://jupyter.example.org/', app: 'lab', here: '' } as const;

const asked: { paths: (string | null)[]; wanted: WantedLink[] } = { paths: [], wanted: [] };

/** Where the Hub lets people in to the next link, if there is one. */
let atHub: Pick<NewLink, 'acceptUrl'> = {};

/** What the server does before it makes a link. */
let beforeMaking: () => Promise<void> = async () => Promise.resolve();

afterEach(() => {
  Dialog.flush();
  document.body.textContent = '';
  asked.paths = [];
  asked.wanted = [];
  atHub = {};
  beforeMaking = async () => Promise.resolve();
});

// The first drawing takes long on a machine that has much else to do.
jest.setTimeout(20_000);

/** Wait until nothing is drawn any more, for as long as a quick machine needs for all of it. */
async function settled(): Promise<void> {
  let [last, since] = ['', 0];
  await until(() => {
    const now = document.body.innerHTML;
    [last, since] = now === last ? [last, since + 1] : [now, 0];
    return since > 10;
  });
}

async function shown(): Promise<HTMLElement> {
  const find = () =>
    document.querySelector<HTMLElement>(
      '.jp-CollabShare [role=tabpanel]:not([hidden]), .jp-CollabShare-error'
    );
  await until(() => find() !== null);
  await settled();
  return find() as HTMLElement;
}

/** The dialog of a server that says `info`, or why it does not. */
async function show(
  info: Partial<SharingInfo> | Error,
  first: 'server' | 'document',
  subject: Subject | null = SUBJECT,
  page: Page = PAGE
): Promise<HTMLElement> {
  const api: SharingApi = {
    describe: async path => {
      asked.paths.push(path);
      return info instanceof Error ? Promise.reject(info) : Promise.resolve({ ...INFO, ...info });
    },
    links: async () => Promise.resolve([LINK]),
    create: async wanted => {
      asked.wanted.push(wanted);
      await beforeMaking();
      return Promise.resolve({ ...LINK, id: '2', url: '/collab/join?share_token=S', ...atHub });
    },
    revoke: async () => Promise.resolve()
  };
  const sections = [documentSection, serverSection];
  const opened = openShareDialog({ sections, first, subject, page, api, trans });
  opened.catch(() => undefined); // rejects where it is thrown away, as after each test
  return shown();
}

function find(panel: HTMLElement, selector: string): HTMLInputElement {
  const found = panel.querySelector<HTMLInputElement>(selector);
  if (found === null) {
    throw new Error(`There is no ${selector} in ${panel.innerHTML}`);
  }
  return found;
}

describe('the part for the whole server', () => {
  it('has the link, with the token until that is taken out', async () => {
    const panel = await show({ file: 'id' }, 'server');
    const field = find(panel, '.jp-CollabShare-copy input');
    const address = 'https://jupyter.example.org/collab/open/lab/tree/data/a.ipynb?file=id';
    expect(field.value).toBe(`${address}&token=T`);
    expect(asked.paths).toEqual(['data/a.ipynb']);
    expect(panel.textContent).toContain('in at once');
    find(panel, '[type=checkbox]').click();
    await until(() => !field.value.includes('token'));
    expect(field.value).toBe(address);
    expect(panel.textContent).toContain('asked for the token');
    expect(panel.querySelector('.jp-CollabShare-warning')).toBeNull();
  });

  it('has no check box where there is no token', async () => {
    const panel = await show(
      { server: { login: 'password', token: null, local: false } },
      'server'
    );
    expect(panel.querySelector('[type=checkbox]')).toBeNull();
    expect(panel.textContent).toContain('password');
  });

  it('says that it is switched off, and has no link', async () => {
    const panel = await show({ serverLinks: false }, 'server');
    expect(panel.textContent).toContain('switched off');
    expect(panel.querySelector('input')).toBeNull();
  });
});

describe('the part for a document', () => {
  it('makes a link of what was chosen, in the form that is open, and shows it', async () => {
    const panel = await show({}, 'document');
    find(panel, '[type=radio]:not(:checked)').click();
    find(panel, '[type=submit]').click();
    await until(() => document.activeElement?.textContent === 'Copy Link');
    expect(asked.wanted).toEqual([
      {
        ...{ path: 'data/a.ipynb', format: 'json', type: 'notebook' },
        ...{ role: 'edit', expiresIn: 86_400, name: '' }
      }
    ]);
    expect(find(panel, '.jp-CollabShare-copy input').value).toBe(
      'https://jupyter.example.org/collab/join?share_token=S'
    );
  });

  it.each([[true, 2] as const, [false, 1] as const])(
    'has a second link where a JupyterHub lets people in, and guests: %s',
    async (guests, count) => {
      atHub = { acceptUrl: '/hub/accept-share?code=C' };
      const panel = await show({ guests, namedOnly: true }, 'document');
      find(panel, '[type=submit]').click();
      await until(() => panel.querySelector('.jp-CollabShare-copy') !== null);
      const links = [...panel.querySelectorAll<HTMLInputElement>('.jp-CollabShare-copy input')];
      expect(links.map(({ value }) => value)).toEqual(
        [
          'https://jupyter.example.org/hub/accept-share?code=C',
          'https://jupyter.example.org/collab/join?share_token=S'
        ].slice(0, count)
      );
    }
  );

  it('lets the button have the focus while the server makes a link, and asks once', async () => {
    beforeMaking = async () => new Promise(() => undefined);
    const panel = await show({}, 'document');
    const button = find(panel, '[type=submit]');
    button.click();
    await settled();
    button.click();
    await settled();
    expect(button.disabled).toBe(false);
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(asked.wanted).toHaveLength(1);
  });

  it('keeps the name of a link that was not made', async () => {
    beforeMaking = async () => Promise.reject(new Error('No room'));
    const panel = await show({}, 'document');
    const field = find(panel, '[type=text]');
    // As a person does: React does not see what is written past it.
    Reflect.set(HTMLInputElement.prototype, 'value', 'Physics', field);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    find(panel, '[type=submit]').click();
    await settled();
    expect(find(panel, '[role=alert]').textContent).toBe('No room');
    expect(field.value).toBe('Physics');
  });

  it('lists who is in', async () => {
    const panel = await show({}, 'document');
    expect(find(panel, 'li').textContent).toContain('In now: Guest Io');
  });

  it('offers only what the administrator allows', async () => {
    const panel = await show({ roles: ['view'], longest: 3_600 }, 'document');
    expect(panel.querySelectorAll('[type=radio]')).toHaveLength(1);
    expect(panel.querySelectorAll('option')).toHaveLength(1);
    find(panel, '[type=submit]').click();
    await until(() => asked.wanted.length > 0);
    expect(asked.wanted[0]).toMatchObject({ role: 'view', expiresIn: 3_600 });
  });

  it('says that it is switched off', async () => {
    const panel = await show({ documentLinks: false }, 'document');
    expect(panel.textContent).toContain('switched off');
    expect(panel.querySelector('form')).toBeNull();
  });

  it('says that no link gives less where nobody has to log in', async () => {
    const server = { ...INFO.server, login: 'none', token: null } as const;
    const panel = await show({ documentLinks: false, server }, 'document');
    expect(panel.textContent).toContain('asks nobody to log in');
    expect(panel.querySelector('form')).toBeNull();
  });

  it('says why there is no link to something, and lists all where nothing is in front', async () => {
    const binary = await show({}, 'document', { ...SUBJECT, obstacle: 'binary' });
    expect(binary.textContent).toContain('neither a notebook nor text');
    expect(binary.querySelector('form, li')).toBeNull();
    Dialog.flush();
    const none = await show({}, 'document', null, { ...PAGE, base: 'http://localhost/' });
    expect(none.querySelector('form')).toBeNull();
    expect(find(none, 'li').textContent).toContain('data/a.ipynb');
    expect(none.textContent).not.toContain('Only this computer');
  });
});

it('says why nothing can be shared', async () => {
  const response = new Response('{"message": "Forbidden"}', { status: 403 });
  const error = await ServerConnection.ResponseError.create(response);
  expect((await show(error, 'document')).textContent).toContain('not change or share');
});

it('goes round by Tab, from the last button to the tab in front and back', async () => {
  await show({}, 'server');
  const [tab, close] = [document.activeElement, document.querySelector('.jp-Dialog-button')];
  const press = (shiftKey: boolean) =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Tab', shiftKey, bubbles: true, cancelable: true })
    );
  press(true);
  expect(document.activeElement).toBe(close);
  press(false);
  expect(document.activeElement).toBe(tab);
});

it('does not say that there are no links where it is not known', async () => {
  const props = { id: 'links', heading: 'Links', grants: [], isBusy: false, trans };
  const page = async (problem: string | null) => {
    const list = ReactWidget.create(<GrantList {...props} problem={problem} />);
    Widget.attach(list, document.body);
    await settled();
    return list.node.textContent;
  };
  expect(await page(null)).toContain('There are none.');
  expect(await page('No connection')).not.toContain('There are none.');
});

it('has the focus on the tab that is in front', async () => {
  await show({}, 'server');
  await until(() => document.activeElement?.textContent === 'Whole Server');
});
