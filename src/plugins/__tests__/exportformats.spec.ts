import { PromiseDelegate } from '@lumino/coreutils';

import { askAfter } from '../exportformats';

describe('askAfter', () => {
  it('asks once what is being opened has come, or has failed', async () => {
    const asked: unknown[] = [];
    const manager = {
      getExportFormats: (force?: boolean) => {
        asked.push(force);
        return Promise.resolve({ html: { output_mimetype: 'text/html' } });
      }
    };
    const [good, bad] = [new PromiseDelegate<void>(), new PromiseDelegate<void>()];
    const documents = [good.promise, bad.promise];
    askAfter(manager, () => documents);
    const answer = manager.getExportFormats(true);
    good.resolve();
    await new Promise(resolve => setTimeout(resolve));
    expect(asked).toEqual([]);
    bad.reject(new Error('no such file'));
    expect(await answer).toHaveProperty('html');
    documents.length = 0;
    await manager.getExportFormats();
    expect(asked).toEqual([true, undefined]);
  });
});
