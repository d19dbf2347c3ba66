import { YNotebook } from '@jupyter/ydoc';
import type { YFile } from '@jupyter/ydoc';
import { ServerConnection } from '@jupyterlab/services';
import type { Contents } from '@jupyterlab/services';

import type { Status } from '../../protocol';
import type { FakeSocket } from '../../session/__tests__/fakes';
import { STATUS } from '../../session/__tests__/play';
import { create, NOTHING, open, PRESENT, setUp, sync, VIEW } from './world';
import type { World } from './world';

function tell({ line }: World, status: Partial<Status>): void {
  line.socket.say({ type: 'status', status: { ...STATUS, file: PRESENT, ...status } });
}

describe('CollabContentProvider', () => {
  let world: World;

  beforeEach(() => {
    world = setUp();
  });

  afterEach(() => {
    world.provider.documents.forEach(document => document.model.dispose());
  });

  it('describes a document once it is open, without content', async () => {
    const { file } = await open(world);
    expect(file).toMatchObject({ path: 'a.txt', content: null, format: 'text', hash: 'h1' });
  });

  it('hands all that is not open to the drive', async () => {
    await world.provider.get('b.txt', VIEW);
    await world.provider.save('b.txt', VIEW);
    expect(world.drive.asked).toEqual(['get b.txt', 'save b.txt']);
  });

  it('tells the version of the file before anybody finds it changed', async () => {
    await open(world);
    const at = 1_800_000_000;
    tell(world, { save: { state: 'saved', hash: 'h2', at } });
    expect(world.changes).toMatchObject([
      { type: 'save', newValue: { path: 'a.txt', hash: 'h2' } }
    ]);
    const file = await world.provider.get('a.txt', { content: false, hash: true });
    expect(file.hash).toBe('h2');
    expect(new Date(file.last_modified).getTime()).toBe(at * 1000);
    expect(world.drive.asked).toEqual(['get a.txt']);
  });

  it('keeps quiet about a status that says nothing new of the file', async () => {
    await open(world);
    tell(world, { save: { state: 'unsaved' } });
    tell(world, { save: { state: 'saving' } });
    tell(world, { save: { state: 'saved', hash: 'h1' } });
    expect(world.changes).toEqual([]);
  });

  it('has the server write the file', async () => {
    await open(world);
    const saved = world.provider.save('a.txt', { ...VIEW, content: 'ignored' });
    world.line.socket.say({ type: 'saveReply', id: 1, status: 'success', reason: '', message: '' });
    expect(await saved).toMatchObject({ path: 'a.txt', hash: 'h1' });
    expect(world.drive.asked).toEqual(['get a.txt']);
  });

  it('leaves it to the server to say that a document is saved', async () => {
    const { shared } = await open(world);
    const model = shared as YFile;
    model.dirty = true;
    const edits = world.provider.find(model)?.state.edits;
    // As JupyterLab does after each save.
    model.dirty = false;
    expect(model.dirty).toBe(true);
    expect(world.provider.find(model)?.state.edits).toEqual(edits);
    model.ystate.set('dirty', false);
    expect(model.dirty).toBe(false);
  });

  it('follows a rename that the server tells of', async () => {
    await open(world);
    tell(world, { file: { state: 'present', path: 'b/c.txt' } });
    expect(world.changes).toMatchObject([
      { type: 'rename', oldValue: { path: 'a.txt' }, newValue: { path: 'b/c.txt', name: 'c.txt' } }
    ]);
    expect([...world.provider.providers.keys()]).toEqual(['text:file:b/c.txt']);
    const file = { state: 'present', path: 'b/c.txt' } as const;
    tell(world, { save: { state: 'saved', hash: 'h2' }, file });
    expect(world.changes[1]?.newValue).toMatchObject({ path: 'b/c.txt', hash: 'h2' });
    expect(await world.provider.get('b/c.txt', VIEW)).toMatchObject({ name: 'c.txt' });
  });

  it('follows a rename that the drive tells of, and does not tell it again', async () => {
    await open(world);
    const { drive } = world;
    drive.fileChanged.emit({
      type: 'rename',
      oldValue: { path: 'a.txt' },
      newValue: { path: 'x/a.txt' }
    });
    drive.fileChanged.emit({ type: 'rename', oldValue: { path: 'x' }, newValue: { path: 'y' } });
    expect([...world.provider.providers.keys()]).toEqual(['text:file:y/a.txt']);
    tell(world, { file: { state: 'present', path: 'y/a.txt' } });
    expect(world.changes).toEqual([]);
  });

  describe('of a file that is open as a notebook and as text', () => {
    const NOTEBOOK = { format: 'json', type: 'notebook' } as const;
    const saved = (hash: string, path = 'a.txt') =>
      ({
        type: 'status',
        status: { ...STATUS, save: { state: 'saved', hash }, file: { state: 'present', path } }
      }) as const;
    let notebook: FakeSocket;

    /** What a document knows that asked before is what it was told since. */
    let known: string | undefined;

    const version = async (options: Contents.IFetchOptions, path = 'a.txt') =>
      (await world.provider.get(path, { content: false, ...options })).hash;

    /** Nobody who saves finds a file that is not the one that they know. */
    async function expectAgreement(path = 'a.txt'): Promise<void> {
      for (const options of [{ hash: true }, NOTEBOOK]) {
        expect(await version(options, path)).toBe(known);
      }
    }

    beforeEach(async () => {
      const { provider } = world;
      provider.sharedModelFactory.registerDocumentFactory('notebook', () => YNotebook.create());
      provider.sharedModelFactory.createNew({
        ...{ path: 'a.txt', format: 'json', contentType: 'notebook', collaborative: true }
      });
      const described = version(NOTEBOOK);
      await sync(world);
      notebook = world.line.socket;
      known = await described;
      provider.fileChanged.connect((_, { newValue }) => {
        known = newValue?.hash ?? known;
      });
    });

    it('answers with the version that either room told of last', async () => {
      await open(world);
      notebook.say(saved('h2'));
      expect(known).toBe('h2');
      await expectAgreement();
      expect(await version(VIEW)).toBe('h2');
      tell(world, { save: { state: 'saving' } });
      tell(world, { save: { state: 'saved', hash: 'h1' } });
      await expectAgreement();
      tell(world, { save: { state: 'saved', hash: 'h2' } });
      expect(world.changes).toHaveLength(1);
      tell(world, { save: { state: 'saved', hash: 'h3' } });
      expect(known).toBe('h3');
      await expectAgreement();
    });

    it('tells the version that the second room finds as it is opened', async () => {
      create(world);
      await sync(world, 'L1', NOTHING, 'h2');
      expect(world.changes).toMatchObject([{ type: 'save', newValue: { path: 'a.txt' } }]);
      expect(known).toBe('h2');
      await expectAgreement();
    });

    it('does not wait for a view that never came, nor fails with it', async () => {
      create(world);
      await world.line.answered();
      await expectAgreement();
      world.line.socket.onclose({ code: 4403, reason: '' });
      notebook.say(saved('h2'));
      await expectAgreement();
    });

    it('has one version also while only one room knows of a rename', async () => {
      await open(world);
      notebook.say(saved('h2'));
      notebook.say(saved('h2', 'b.txt'));
      notebook.say(saved('h3', 'b.txt'));
      await expectAgreement('b.txt');
      tell(world, { file: { state: 'present', path: 'b.txt' } });
      await expectAgreement('b.txt');
      expect(await version(VIEW, 'b.txt')).toBe('h3');
    });

    it('goes on with the other view when one is closed', async () => {
      const { shared } = await open(world);
      tell(world, { save: { state: 'saved', hash: 'h2' } });
      shared?.dispose();
      await expectAgreement();
    });
  });

  it('prefers the plain words of the document where the drive fails too', async () => {
    const response = new Response('', { status: 404 });
    world.drive.error = new ServerConnection.ResponseError(response);
    world.line.failure = { kind: 'missing' };
    create(world);
    await expect(world.provider.get('a.txt', VIEW)).rejects.toThrow('There is no file a.txt');
  });

  it('does not wait for a server that cannot be reached', async () => {
    world.drive.error = new ServerConnection.NetworkError(new TypeError('Failed to fetch'));
    create(world);
    await expect(world.provider.get('a.txt', VIEW)).rejects.toThrow('Failed to fetch');
  });

  it('lets go of a document when its model is disposed', async () => {
    const { shared } = await open(world);
    shared?.dispose();
    expect(world.provider.documents).toEqual([]);
    expect(world.line.socket.readyState).toBe(3);
    await world.provider.get('a.txt', VIEW);
    expect(world.drive.asked).toEqual(['get a.txt', 'get a.txt']);
  });

  it('opens nothing together that is for one person, or that is no text', () => {
    const { sharedModelFactory } = world.provider;
    const file = { path: 'a.txt', contentType: 'file' };
    expect(sharedModelFactory.createNew({ ...file, format: 'base64' })).toBeUndefined();
    expect(sharedModelFactory.createNew({ ...file, format: null })).toBeUndefined();
    const alone = { ...file, format: 'text', collaborative: false } as const;
    expect(sharedModelFactory.createNew(alone)).toBeUndefined();
  });

  it('is inert where documents are not opened together', async () => {
    const inert = setUp(false);
    expect(inert.provider.sharedModelFactory.collaborative).toBe(false);
    expect(create(inert)).toBeUndefined();
    await inert.provider.get('a.txt', VIEW);
    expect(inert.drive.asked).toEqual(['get a.txt']);
    expect(inert.line.sockets).toEqual([]);
  });
});
