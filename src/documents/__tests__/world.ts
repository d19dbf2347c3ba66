import { YFile } from '@jupyter/ydoc';
import { ServerConnection } from '@jupyterlab/services';
import type { Contents } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { CollabContentProvider } from '../drive';
import type { OfflineStorage } from '../../offline';
import { FakeLine } from '../../session/__tests__/fakes';
import { STATUS } from '../../session/__tests__/play';

export const NOTHING = Uint8Array.of(0, 0);
export const PRESENT = { state: 'present', path: 'a.txt' } as const;

/** A drive that counts what it is asked for. */
class FakeDrive {
  readonly serverSettings = ServerConnection.makeSettings();
  readonly fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  readonly asked: string[] = [];
  error: Error | null = null;

  get(path: string): Promise<Contents.IModel> {
    this.asked.push(`get ${path}`);
    return this.error === null ? Promise.resolve(model(path)) : Promise.reject(this.error);
  }

  save(path: string): Promise<Contents.IModel> {
    this.asked.push(`save ${path}`);
    return Promise.resolve(model(path));
  }
}

function model(path: string): Contents.IModel {
  const times = { created: '2026-01-01T00:00:00Z', last_modified: '2026-01-01T00:00:00Z' };
  const file = { name: path, path, type: 'file', writable: true, mimetype: 'text/plain' } as const;
  return { ...file, ...times, content: null, format: null };
}

export function setUp(collaborative = true, offline: OfflineStorage | null = null) {
  const drive = new FakeDrive();
  const line = new FakeLine();
  const provider = new CollabContentProvider({
    collaborative,
    drive: drive as unknown as Contents.IDrive,
    trans: nullTranslator.load('jupyter_collab'),
    line,
    offline
  });
  provider.sharedModelFactory.registerDocumentFactory('file', () => YFile.create());
  const changes: Contents.IChangedArgs[] = [];
  provider.fileChanged.connect((_, change) => changes.push(change));
  return { drive, line, provider, changes };
}

export type World = ReturnType<typeof setUp>;

export const VIEW = { format: 'text', type: 'file' } as const;

export function create({ provider }: World) {
  const options = {
    path: 'a.txt',
    format: 'text',
    contentType: 'file',
    collaborative: true
  } as const;
  return provider.sharedModelFactory.createNew(options);
}

export async function open(world: World) {
  const shared = create(world);
  const described = world.provider.get('a.txt', { ...VIEW, content: true });
  await sync(world);
  return { shared, file: await described };
}

/** Play the server's part until the document is in sync, and holds `update` of `lineage`. */
export async function sync(
  { line }: World,
  lineage = 'L1',
  update: Uint8Array = NOTHING,
  hash = 'h1'
): Promise<void> {
  await line.answered();
  const status = { ...STATUS, save: { ...STATUS.save, hash }, file: PRESENT };
  line.lineage = lineage;
  line.socket.onopen();
  line.socket.say({ type: 'hello', lineage, access: 'edit', path: 'a.txt', status });
  line.socket.say({ type: 'step1', stateVector: Uint8Array.of(0) });
  line.socket.say({ type: 'step2', update });
}
