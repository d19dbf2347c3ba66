import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import { readConfig } from '../../config';
import type { Link, ServerInfo } from '../api';
import type { Subject } from '../subject';
import { grantOfLink } from '../ui/grants';
import { obstacleTo, outOfReach, reasonOf, reasonOfNothing, wayIn, wayInAtHub } from '../ui/words';
import { sayValidity, validities } from '../validity';

const trans = nullTranslator.load('jupyter_collab');

function server(login: ServerInfo['login'], local = false): ServerInfo {
  return { login, token: login === 'token' ? 't' : null, local };
}

describe('how long a link is valid', () => {
  const said = (longest: number | null) =>
    validities(longest).map(validity => sayValidity(validity, trans));

  it('is an hour, a day, a week, or until it is revoked', () => {
    expect(said(null)).toEqual(['For an hour', 'For a day', 'For a week', 'Until revoked']);
  });

  it('is never longer than the server allows', () => {
    expect(said(86_400)).toEqual(['For an hour', 'For a day']);
    expect(said(1_800)).toEqual(['For 30 minutes']);
    expect(said(2 * 86_400)).toEqual(['For an hour', 'For a day', 'For 2 days']);
    expect(said(3 * 3_600)).toEqual(['For an hour', 'For 3 hours']);
    expect(validities(1_800)).toEqual([1_800]);
  });
});

describe('what is said of a link to the server', () => {
  it('is how people get in', () => {
    expect(wayIn(server('token'), true, trans)).toContain('in at once');
    expect(wayIn(server('token'), false, trans)).toContain('asked for the token');
    expect(wayIn(server('password'), false, trans)).toContain('password');
    expect(wayIn(server('none'), false, trans)).toContain('asks nobody');
    expect(wayIn(server('hub'), false, trans)).toContain('JupyterHub');
    expect(wayIn(server('other'), false, trans)).toContain('log in');
  });

  it('is that only this computer can open it, and what to do about that', () => {
    const away = 'https://jupyter.example.org/lab';
    expect(outOfReach(away, server('token', true), trans)).toBeNull();
    expect(outOfReach('http://127.0.0.1/lab', server('token', true), trans)).toContain('--ip');
    const otherwise = outOfReach('http://localhost:1/lab', server('token'), trans);
    expect(otherwise).toContain('begins with localhost');
  });
});

it.each(['directory', 'binary', 'other-drive', 'alone'] as const)(
  'says why there is no link to what is: %s',
  obstacle => {
    const subject: Subject = { path: 'a/b.png', kind: 'file', room: null, obstacle };
    expect(obstacleTo(subject, trans)).toContain('a/b.png');
    expect(obstacleTo({ ...subject, obstacle: null }, trans)).toBeNull();
    expect(obstacleTo(null, trans)).toContain('open it');
  }
);

it('says what the server said, or that it was not reached', async () => {
  const answer = (status: number) =>
    ServerConnection.ResponseError.create(
      new Response(JSON.stringify({ message: 'It is full', reason: 'too-much' }), { status })
    );
  expect(reasonOf(await answer(409), trans)).toBe('It is full');
  expect(reasonOfNothing(await answer(409), trans)).toBe('It is full');
  expect(reasonOfNothing(await answer(403), trans)).toContain('not change or share');
  const network = new ServerConnection.NetworkError(new TypeError('Failed to fetch'));
  expect(reasonOf(network, trans)).toContain('cannot be reached');
});

describe('what is said of a link to a document on a JupyterHub', () => {
  const accept = { acceptUrl: '/hub/accept-share?code=c' };

  it.each([
    ['that the Hub lets people in', accept, false, true, 'accepts an invitation'],
    ['who gets in where it does not', {}, false, true, 'if the Hub lets them'],
    ['nothing where anybody gets in', {}, true, true, null],
    ['nothing where there is none', {}, false, false, null]
  ] as const)('tells %s', (_, made, guests, namedOnly, words) => {
    const said = wayInAtHub(made, { guests, namedOnly }, trans);
    expect(said).toEqual(words === null ? null : expect.stringContaining(words));
  });
});

describe('what is said of a link', () => {
  const link: Omit<Link, 'missing'> = {
    ...{ id: '1', path: 'a.ipynb', role: 'view', name: '', created: 1 },
    ...{ expires: null, lastUsed: null, people: [] }
  };
  const said = (missing: boolean) =>
    grantOfLink({ ...link, missing }, true, async () => Promise.resolve(true), trans).lines;

  it('is that it opens nothing where its document is nowhere', () => {
    expect(said(true).join()).toContain('opens nothing, as its document is not there any more');
    expect(said(false).join()).not.toContain('opens nothing');
  });
});

describe('whether sharing is offered', () => {
  const offered = (config: object) => readConfig(JSON.stringify(config)).sharing;

  it('follows the server, and is never to those who came by a link', () => {
    expect(offered({ collaborative: true, sharing: { documentLinks: true } })).toBe(true);
    expect(offered({ collaborative: true })).toBe(false);
    expect(offered({ collaborative: true, guest: { name: 'Io' } })).toBe(false);
    expect(offered({ collaborative: true, sharing: {}, guest: { name: 'Io' } })).toBe(false);
  });
});
