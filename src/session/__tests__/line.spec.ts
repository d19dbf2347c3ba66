import { ServerConnection } from '@jupyterlab/services';

import { ServerLine } from '..';

/** What a page makes of the answer to the question which room a document has. */
async function ask(status: number, body: object | string = {}): Promise<unknown> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = { ok: status < 300, status, json: () => parse(text) };
  const makeRequest = jest.spyOn(ServerConnection, 'makeRequest');
  makeRequest.mockResolvedValueOnce(answer as Response);
  const settings = ServerConnection.makeSettings();
  return new ServerLine({ settings, format: 'text', contentType: 'file' }).ask('a.txt');
}

function parse(text: string): Promise<unknown> {
  return Promise.resolve(text).then(JSON.parse);
}

function failure(kind: string, reason?: string) {
  const why = reason === undefined ? {} : { reason, message: '' };
  return { type: 'askFailed', failure: { kind, ...why } };
}

afterAll(() => jest.restoreAllMocks());

describe('an answer of the server', () => {
  it('names a room', async () => {
    const room = { format: 'text', type: 'file', fileId: 'f1' };
    const answer = await ask(201, { ...room, sessionId: 'L1' });
    expect(answer).toEqual({ type: 'asked', room: { ...room, path: 'a.txt', lineage: 'L1' } });
  });

  it.each([408, 424, 425, 429, 502, 503, 504])('%d is to be asked for again', async status => {
    expect(await ask(status)).toEqual(failure('unreachable'));
    expect(await ask(status, '<html>')).toEqual(failure('unreachable'));
  });

  it.each([
    [400, 'malformed'],
    [401, 'unauthenticated'],
    [403, 'not-allowed'],
    [404, 'gone-elsewhere'],
    [413, 'malformed'],
    [500, 'server-error']
  ])('%d says why not', async (status, reason) => {
    const body = status === 404 ? { reason } : '<html>';
    expect(await ask(status, body)).toEqual(failure('refused', reason));
  });

  it('404 says that there is no file', async () => {
    expect(await ask(404)).toEqual(failure('missing'));
  });
});

describe('whether the server does not know us any more', () => {
  it.each([
    [403, false, true],
    [401, false, true],
    [200, false, false],
    [503, false, false],
    // A JupyterHub answers in the place of a server that does not run.
    [403, true, false]
  ])('is asked after %d, redirected: %s', async (status, redirected, is) => {
    const makeRequest = jest.spyOn(ServerConnection, 'makeRequest');
    makeRequest.mockResolvedValueOnce({ status, redirected } as Response);
    const settings = ServerConnection.makeSettings();
    const line = new ServerLine({ settings, format: 'text', contentType: 'file' });
    expect(await line.isLoggedOut()).toBe(is);
  });

  it('is not known where it does not answer', async () => {
    jest.spyOn(ServerConnection, 'makeRequest').mockRejectedValueOnce(new TypeError());
    const settings = ServerConnection.makeSettings();
    const line = new ServerLine({ settings, format: 'text', contentType: 'file' });
    expect(await line.isLoggedOut()).toBe(false);
  });
});
