import { addressOf, addressOfLink, isLoopback, withToken } from '../address';
import type { Page } from '../address';
import type { Subject } from '../subject';

const BASE = 'https://jupyter.example.org/user/ada/';

function page(app: Page['app'], path = 'lab'): Page {
  return { base: BASE, app, here: `${BASE}${path}?token=secret&reset#heading` };
}

function subject(path: string, kind: Subject['kind'] = 'notebook'): Subject {
  return { path, kind, room: null, obstacle: null };
}

describe('the address of what is open', () => {
  it.each([
    ['lab', `${BASE}lab/tree/a%20b/%C3%BC%23%3F.ipynb`],
    ['doc', `${BASE}doc/tree/a%20b/%C3%BC%23%3F.ipynb`],
    ['notebook', `${BASE}notebooks/a%20b/%C3%BC%23%3F.ipynb`]
  ] as const)('has the form of %s, with the prefix of a proxy', (app, address) => {
    expect(addressOf(page(app), subject('a b/ü#?.ipynb'), null)).toBe(address);
  });

  it('has the form that Notebook 7 has for files and folders', () => {
    expect(addressOf(page('notebook'), subject('a.py', 'file'), null)).toBe(`${BASE}edit/a.py`);
    expect(addressOf(page('notebook'), subject('a', 'directory'), null)).toBe(`${BASE}tree/a`);
  });

  it('is that of the page where no document is in front, without its query', () => {
    expect(addressOf(page('lab'), null, null)).toBe(`${BASE}lab`);
    expect(addressOf(page('doc'), null, null)).toBe(`${BASE}doc`);
    expect(addressOf(page('notebook', 'tree/data'), null, null)).toBe(`${BASE}tree/data`);
  });

  it('keeps the port', () => {
    const base = 'http://192.168.0.7:8888/';
    expect(addressOf({ base, app: 'lab', here: base }, subject('a.ipynb'), null)).toBe(
      'http://192.168.0.7:8888/lab/tree/a.ipynb'
    );
  });

  it.each([
    ['lab', 'lab/tree/a%20b.ipynb'],
    ['doc', 'doc/tree/a%20b.ipynb'],
    ['notebook', 'notebooks/a%20b.ipynb']
  ] as const)('leads to where the file is then, in the form of %s', (app, form) => {
    const address = addressOf(page(app), subject('a b.ipynb'), 'id-1');
    expect(address).toBe(`${BASE}collab/open/${form}?file=id-1`);
    expect(withToken(address, 't')).toBe(`${address}&token=t`);
  });

  it('is that of a folder as it is', () => {
    expect(addressOf(page('lab'), subject('a', 'directory'), 'id')).toBe(`${BASE}lab/tree/a`);
  });

  it('takes a token, whatever it is made of', () => {
    const link = withToken(`${BASE}lab`, 'a&b=c#d e');
    expect(new URL(link).searchParams.get('token')).toBe('a&b=c#d e');
    expect(link.startsWith(`${BASE}lab?`)).toBe(true);
  });
});

describe('the address of a link to a document', () => {
  const made = {
    url: '/user/ada/collab/join?share_token=s',
    namedUrl: '/user/ada/collab/join?link=1'
  };

  it('has the origin by which this page reached the server', () => {
    expect(addressOfLink({ url: made.url }, { guests: true }, page('lab'))).toBe(
      'https://jupyter.example.org/user/ada/collab/join?share_token=s'
    );
  });

  it('is without the secret where the Hub lets people in, which writes it down', () => {
    expect(addressOfLink(made, { guests: false }, page('lab'))).toMatch(/\/collab\/join\?link=1$/u);
    expect(addressOfLink(made, { guests: true }, page('lab'))).toMatch(/share_token=s$/u);
  });

  it('leads through the page of the Hub that lets people in', () => {
    const acceptUrl = 'https://hub.example.org/hub/accept-share?code=c&next=n';
    expect(addressOfLink({ ...made, acceptUrl }, { guests: true }, page('lab'))).toBe(acceptUrl);
    const path = '/hub/accept-share?code=c';
    expect(addressOfLink({ ...made, acceptUrl: path }, { guests: false }, page('lab'))).toBe(
      `https://jupyter.example.org${path}`
    );
  });
});

it.each([
  ['http://localhost:8888/lab', true],
  ['http://127.0.0.1:8888/lab', true],
  ['http://127.8.9.1/lab', true],
  ['http://[::1]:8888/lab', true],
  ['http://jupyter.localhost/lab', true],
  ['http://192.168.0.7:8888/lab', false],
  ['https://127.0.0.1.example.org/lab', false],
  ['https://localhost.example.org/lab', false]
])('%s leads to this computer only: %s', (address, only) => {
  expect(isLoopback(address)).toBe(only);
});
