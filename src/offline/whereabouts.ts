import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';

/** Of `jupyter_server_fileid`, which rooms have the ids of their files from. */
const PATH_URL = 'api/fileid/path';

/** Where the file with this id is; `null` where the server knows of none. */
export async function pathOfFile(
  settings: ServerConnection.ISettings,
  id: string
): Promise<string | null> {
  try {
    const answer = await request(settings, PATH_URL + URLExt.objectToQueryString({ id }), 'GET');
    return readPath(answer);
  } catch (error) {
    if (error instanceof ServerConnection.ResponseError && error.response.status === 404) {
      return null;
    }
    throw error;
  }
}

function readPath(answer: unknown): string {
  const { path } = (answer ?? {}) as { readonly path?: unknown };
  if (typeof path !== 'string') {
    throw new Error('The server has named no path');
  }
  return path;
}
