import { deserialize, serialize } from 'node:v8';

import * as fake from 'fake-indexeddb';

import { IndexedDbShelf } from '../indexeddb';

const ENTRY = {
  id: '1',
  server: 'https://hub/',
  user: 'ada',
  room: 'text:file:1',
  path: 'a.txt',
  lineage: 'L1',
  edits: 1,
  at: 0
};

describe('IndexedDbShelf', () => {
  beforeEach(() => {
    const structuredClone = (value: unknown): unknown => deserialize(serialize(value));
    Object.assign(globalThis, { ...fake, indexedDB: new fake.IDBFactory(), structuredClone });
  });

  it('keeps an entry with its pieces in order, over pages', async () => {
    const shelf = new IndexedDbShelf();
    await shelf.write(ENTRY, [{ kind: 'state', update: Uint8Array.of(1) }]);
    await shelf.write({ ...ENTRY, edits: 2 }, [{ kind: 'own', update: Uint8Array.of(2) }]);
    const again = new IndexedDbShelf();
    expect(await again.list()).toEqual([{ ...ENTRY, edits: 2 }]);
    const pieces = await again.read('1');
    expect(pieces.map(({ kind, update }) => [kind, ...update])).toEqual([
      ['state', 1],
      ['own', 2]
    ]);
  });

  it('removes an entry with its pieces, and nothing else', async () => {
    const shelf = new IndexedDbShelf();
    await shelf.write(ENTRY, [{ kind: 'own', update: Uint8Array.of(1) }]);
    await shelf.write({ ...ENTRY, id: '2' }, [{ kind: 'own', update: Uint8Array.of(2) }]);
    await shelf.remove('1');
    expect((await shelf.list()).map(({ id }) => id)).toEqual(['2']);
    expect(await shelf.read('1')).toEqual([]);
    expect(await shelf.read('2')).toHaveLength(1);
  });

  it('puts one entry in the place of others', async () => {
    const shelf = new IndexedDbShelf();
    for (const id of ['1', '2', '3']) {
      await shelf.write({ ...ENTRY, id }, [{ kind: 'own', update: Uint8Array.of(1) }]);
    }
    await shelf.write(
      { ...ENTRY, id: '4' },
      [{ kind: 'own', update: Uint8Array.of(4) }],
      ['1', '3']
    );
    expect((await shelf.list()).map(({ id }) => id)).toEqual(['2', '4']);
    expect(await shelf.read('1')).toEqual([]);
    expect(await shelf.read('4')).toHaveLength(1);
  });

  it('tries again to open a database that could not be opened', async () => {
    const shelf = new IndexedDbShelf();
    const open = jest.spyOn(indexedDB, 'open').mockImplementationOnce(() => {
      throw new Error('The storage is switched off');
    });
    await expect(shelf.list()).rejects.toThrow('switched off');
    expect(await shelf.list()).toEqual([]);
    open.mockRestore();
  });
});
