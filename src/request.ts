import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/**
 * Ask one of the server's HTTP APIs; `body` is sent as JSON.
 *
 * Resolves with the answer's JSON, or with `null` where it has none. Rejects with the server's
 * sentence, or with the reason why the server was not reached.
 */
export async function request(
  settings: ServerConnection.ISettings,
  path: string,
  method: string,
  body?: object
): Promise<unknown> {
  const url = URLExt.join(settings.baseUrl, path);
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await ServerConnection.makeRequest(url, init, settings);
  if (!response.ok) {
    throw await ServerConnection.ResponseError.create(response);
  }
  return response.status === 204 ? null : response.json();
}
