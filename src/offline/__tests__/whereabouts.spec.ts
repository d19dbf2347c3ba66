import { ServerConnection } from '@jupyterlab/services';

import { pathOfFile } from '../whereabouts';

/** A server that gives this answer to every question, and the questions. */
function server(status: number, body: unknown) {
  const asked: string[] = [];
  const fetch = (request: Request) => {
    asked.push(request.url);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  };
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/lab/',
    fetch: fetch as typeof globalThis.fetch
  });
  return { settings, asked };
}

describe('pathOfFile', () => {
  it('asks for the path of an id', async () => {
    const { settings, asked } = server(200, { id: 'f 1', path: 'folder/a.ipynb' });
    expect(await pathOfFile(settings, 'f 1')).toBe('folder/a.ipynb');
    expect(asked[0]).toContain('/lab/api/fileid/path?id=f%201');
  });

  it('says where there is no such file', async () => {
    expect(await pathOfFile(server(404, {}).settings, 'f1')).toBeNull();
  });

  it.each([403, 500, 503])('takes a status of %i for no answer', async status => {
    await expect(pathOfFile(server(status, {}).settings, 'f1')).rejects.toThrow();
  });

  it('takes no answer for one', async () => {
    await expect(pathOfFile(server(200, {}).settings, 'f1')).rejects.toThrow('no path');
  });
});
