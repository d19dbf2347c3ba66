import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';

import type { DifferenceKeeper } from './keeper';

/**
 * Write what could not be merged to a file beside the document's; returns its path.
 *
 * This is for kinds of documents that others have registered: nothing is known of their inside,
 * so that two versions of one cannot be put together.
 */
export async function saveCopy(
  contents: Contents.IManager,
  { provider, difference }: DifferenceKeeper.IFailure
): Promise<string> {
  const { path, format, contentType } = provider;
  const { mine } = difference;
  const extension = PathExt.extname(path);
  const copy = await contents.newUntitled({
    path: PathExt.dirname(path),
    type: 'file',
    ext: extension
  });
  const content = mine.kind === 'other' ? mine.source : JSON.stringify(mine);
  const saved = await contents.save(copy.path, {
    type: contentType,
    format: format as Contents.FileFormat,
    content
  });
  return saved.path;
}
