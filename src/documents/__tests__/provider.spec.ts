import { YFile, YNotebook } from '@jupyter/ydoc';
import type { YCodeCell } from '@jupyter/ydoc';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import * as Y from 'yjs';

import { DocumentProvider } from '../provider';
import { FakeLine } from '../../session/__tests__/fakes';
import { STATUS, UPDATE } from '../../session/__tests__/play';

const NOTHING = Uint8Array.of(0, 0);

const SETTINGS = {
  path: 'a.txt',
  settings: ServerConnection.makeSettings(),
  trans: nullTranslator.load('jupyter_collab')
};

function open(line: FakeLine, maxFrame = Infinity) {
  const model = YFile.create();
  const what = { format: 'text', contentType: 'file', model, maxFrame };
  return { model, provider: new DocumentProvider({ ...SETTINGS, ...what, line }) };
}

function openNotebook(line: FakeLine) {
  const model = YNotebook.create();
  const what = { format: 'json', contentType: 'notebook', model };
  return { model, provider: new DocumentProvider({ ...SETTINGS, ...what, line }) };
}

/** A notebook with one cell, and its output, as two updates. */
function partsOf(notebook: YNotebook): readonly [Uint8Array, Uint8Array] {
  notebook.addCell({ cell_type: 'code', source: 'a' });
  const cells = Y.encodeStateAsUpdate(notebook.ydoc);
  const output = { output_type: 'stream', name: 'stdout', text: 'old' } as const;
  (notebook.cells[0] as YCodeCell).setOutputs([output]);
  return [cells, Y.encodeStateAsUpdate(notebook.ydoc)];
}

async function begin(line: FakeLine): Promise<void> {
  await line.answered();
  line.socket.onopen();
  line.socket.say({ type: 'hello', lineage: 'L1', access: 'edit', path: 'a.txt', status: STATUS });
  line.socket.say({ type: 'step1', stateVector: Uint8Array.of(0) });
}

async function sync(line: FakeLine): Promise<void> {
  await begin(line);
  line.socket.say({ type: 'step2', update: NOTHING });
}

function tryToLeave(): boolean {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return !event.defaultPrevented;
}

describe('DocumentProvider', () => {
  let line: FakeLine;
  let world: ReturnType<typeof open>;

  beforeEach(() => {
    line = new FakeLine();
    world = open(line);
  });

  afterEach(() => {
    world.provider.dispose();
    world.model.dispose();
  });

  it('is ready when the document is in sync', async () => {
    await sync(line);
    await expect(world.provider.ready).resolves.toBeUndefined();
  });

  it('is shown as soon as there are cells, and ready when all has come (W15)', async () => {
    const notebooks = new FakeLine();
    const { model, provider } = openNotebook(notebooks);
    const [cells, output] = partsOf(YNotebook.create());
    const seen: string[] = [];
    void provider.shown.then(() => seen.push('shown'));
    void provider.ready.then(() => seen.push('ready'));
    await begin(notebooks);
    notebooks.socket.say({ type: 'update', update: NOTHING });
    await Promise.resolve();
    expect(seen).toEqual([]);
    notebooks.socket.say({ type: 'update', update: cells });
    await Promise.resolve();
    expect(seen).toEqual(['shown']);
    expect(provider.pieces()).toEqual([]);
    notebooks.socket.say({ type: 'step2', update: output });
    await Promise.resolve();
    expect(seen).toEqual(['shown', 'ready']);
    expect(provider.pieces()).not.toEqual([]);
    expect(model.getSource()).toMatchObject({ cells: [{ outputs: [{ text: 'old' }] }] });
    provider.dispose();
  });

  it('sends what is typed before all has come, and has it for another history (W15)', async () => {
    const notebooks = new FakeLine();
    const { model, provider } = openNotebook(notebooks);
    const [cells, output] = partsOf(YNotebook.create());
    await begin(notebooks);
    notebooks.socket.say({ type: 'update', update: cells });
    const server = new Y.Doc();
    Y.applyUpdate(server, output);
    model.cells[0]?.updateSource(1, 1, ' = 1');
    window.dispatchEvent(new Event('pagehide')); // what waits for its neighbours is sent
    notebooks.socket.sent
      .filter(message => message.type === 'step2' || message.type === 'update')
      .forEach(({ update }) => Y.applyUpdate(server, update));
    expect(tryToLeave()).toBe(false);
    expect(provider.pieces().map(({ kind }) => kind)).toEqual(['state', 'own', 'others']);
    notebooks.socket.say({ type: 'step2', update: output });
    notebooks.socket.say({ type: 'ack', count: 2 });
    expect(tryToLeave()).toBe(true);
    expect(model.getSource()).toMatchObject({
      cells: [{ source: 'a = 1', outputs: [{ text: 'old' }] }]
    });
    expect(server.getArray('cells').toJSON()).toEqual(model.ydoc.getArray('cells').toJSON());
    provider.dispose();
  });

  it('says in plain words why a document cannot be opened', async () => {
    await line.answered();
    line.socket.onopen();
    line.socket.say({
      type: 'refusal',
      reason: 'not-a-notebook',
      message: 'a.txt is none',
      detail: 'line 3'
    });
    line.socket.onclose({ code: 4500, reason: '' });
    await expect(world.provider.ready).rejects.toThrow(
      'a.txt cannot be read as a notebook: line 3. Open it as text'
    );
  });

  it('does without what is wrong where the server does not say it', async () => {
    await line.answered();
    line.socket.onopen();
    line.socket.say({ type: 'refusal', reason: 'not-utf8', message: 'No text' });
    line.socket.onclose({ code: 4500, reason: '' });
    await expect(world.provider.ready).rejects.toThrow('a.txt is not UTF-8 text. Convert it');
  });

  it('rejects when it is closed before it was open', async () => {
    world.provider.dispose();
    await expect(world.provider.ready).rejects.toThrow('a.txt was closed');
  });

  it('resolves a save, or rejects it in plain words', async () => {
    await sync(line);
    const good = world.provider.save();
    line.socket.say({ type: 'saveReply', id: 1, status: 'success', reason: '', message: '' });
    await expect(good).resolves.toBeUndefined();
    const bad = world.provider.save();
    line.socket.say({
      type: 'saveReply',
      id: 2,
      status: 'failed',
      reason: 'disk-full',
      message: ''
    });
    await expect(bad).rejects.toThrow('no space left');
  });

  it('has the browser ask only while an edit is in no other place than this page', async () => {
    await sync(line);
    line.socket.say({ type: 'ack', count: 1 });
    expect(tryToLeave()).toBe(true);
    world.model.setSource('new');
    expect(tryToLeave()).toBe(false);
    window.dispatchEvent(new Event('pagehide'));
    line.socket.say({ type: 'ack', count: 2 });
    expect(tryToLeave()).toBe(true);
  });

  it('sends nothing that is larger than the server takes, and goes on once it is deleted (O7)', async () => {
    const poor = new FakeLine();
    const { model, provider } = open(poor, 1_000);
    await sync(poor);
    poor.socket.onclose({ code: 1006, reason: '' });
    for (let at = 0; at < 10; at++) {
      model.updateSource(0, 0, 'x'.repeat(500));
    }
    await provider.reconnect();
    await sync(poor);
    expect(provider.state.link).toMatchObject({ kind: 'refused', reason: 'oversized' });
    expect(poor.socket.types()).toEqual(['step1']);
    const tries = poor.sockets.length;
    window.dispatchEvent(new Event('online'));
    expect(poor.sockets).toHaveLength(tries);
    model.updateSource(500, model.source.length, '');
    await provider.reconnect();
    await sync(poor);
    expect(provider.state.link.kind).toBe('synced');
    expect(poor.socket.types()).toContain('step2');
    provider.dispose();
    model.dispose();
  });

  it('asks no more once the document is closed', async () => {
    await sync(line);
    const other = open(new FakeLine());
    world.model.setSource('new');
    other.model.setSource('newer');
    world.provider.dispose();
    expect(tryToLeave()).toBe(false);
    other.provider.dispose();
    expect(tryToLeave()).toBe(true);
    other.model.dispose();
  });

  it('never sends an update back that came from the server', async () => {
    await sync(line);
    const sent = line.socket.sent.length;
    line.socket.say({ type: 'update', update: NOTHING });
    expect(line.socket.sent).toHaveLength(sent);
    expect(UPDATE).toBeDefined();
  });
});
