import { once } from 'node:events';
import WebSocket from 'ws';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { LabServer } from './lab-server';
import { TOKEN } from './lab-server';

/** Frames of the protocol, by their first bytes: see docs/protocol.md. */
const SYNC = 0;
const AWARENESS = 1;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** Somebody without a browser: in a document and on the server as others are, and much cheaper. */
export class Bot {
  /** Come to the document at `path`, and be seen to have it open. */
  static async join(lab: LabServer, path: string, name: string): Promise<Bot> {
    const headers = {
      Authorization: `token ${TOKEN}`,
      Cookie: `ui-test-user=${encodeURIComponent(name)}`
    };
    const isNotebook = path.endsWith('.ipynb');
    const kind = isNotebook
      ? { format: 'json', type: 'notebook' }
      : { format: 'text', type: 'file' };
    const response = await fetch(`${lab.url}/api/collaboration/session/${path}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(kind)
    });
    const { fileId, sessionId } = (await response.json()) as { fileId: string; sessionId: string };
    const rooms = `${lab.url.replace('http', 'ws')}/api/collaboration/room`;
    const room = `${kind.format}:${kind.type}:${fileId}?sessionId=${sessionId}`;
    const document = new Link(new WebSocket(`${rooms}/${room}`, { headers }));
    const lobby = new Link(new WebSocket(`${rooms}/JupyterLab:globalAwareness`, { headers }));
    await Promise.all([document.opened, lobby.opened, document.synced]);
    const current = `${isNotebook ? 'notebook' : 'editor'}:${path}`;
    lobby.say({ user: { name }, current, documents: [path] });
    document.say({ user: { name } });
    return new Bot(document, lobby);
  }

  private constructor(
    private readonly _document: Link,
    private readonly _lobby: Link
  ) {}

  /** Set fields of the presence state in the document. */
  say(fields: object): void {
    this._document.say(fields);
  }

  /** Write in the cell of a notebook from `anchor` to `head`, in UTF-16 code units. */
  writeInCell(index: number, head: number, anchor = head): void {
    const cell = this._cell(index);
    const cells = { mode: 'edit', active: cell.get('id'), selected: [] };
    this.say({ cells, cursors: [rangeOf(cell.get('source') as Y.Text, anchor, head)] });
  }

  /** Have these cells selected, in command mode; the first one is the active one. */
  selectCells(...indices: readonly number[]): void {
    const ids = indices.map(index => this._cell(index).get('id'));
    const selected = ids.length > 1 ? ids : [];
    this.say({ cells: { mode: 'command', active: ids[0], selected }, cursors: [] });
  }

  /** Write in a text file from `anchor` to `head`, in UTF-16 code units. */
  writeInFile(head: number, anchor = head): void {
    this.say({ cursors: [rangeOf(this._document.doc.getText('source'), anchor, head)] });
  }

  /** Type into a cell: the text itself, and the caret behind it. */
  typeInCell(index: number, at: number, text: string): void {
    (this._cell(index).get('source') as Y.Text).insert(at, text);
    this.writeInCell(index, at + text.length);
  }

  /** Type at the end of a cell, key by key: the others get each one by itself. */
  async typeKeys(index: number, text: string): Promise<void> {
    const source = this._cell(index).get('source') as Y.Text;
    let at = source.length;
    for (const key of text) {
      this.typeInCell(index, at, key);
      at += key.length;
      await this._document.heard();
    }
  }

  /** Put other words in the place of a cell's source, as an agent does that knows notebooks from JSON. */
  putInCell(index: number, source: string): void {
    this._cell(index).set('source', source);
  }

  /** What the cells of a notebook say. */
  get sources(): string[] {
    const cells = this._document.doc.getArray<Y.Map<unknown>>('cells');
    return cells.map(cell => String(cell.get('source')));
  }

  leave(): void {
    this._document.close();
    this._lobby.close();
  }

  private _cell(index: number): Y.Map<unknown> {
    return this._document.doc.getArray<Y.Map<unknown>>('cells').get(index);
  }
}

/** One connection, with the document and the presence that go over it. */
class Link {
  constructor(private readonly _socket: WebSocket) {
    this.opened = once(_socket, 'open');
    this.synced = new Promise(resolve => this._asked.push(resolve));
    _socket.on('message', (data: Buffer) => this._hear(data));
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) {
        this._send(SYNC, UPDATE, update);
      }
    });
  }

  readonly doc = new Y.Doc();
  readonly opened: Promise<unknown>;
  /** Resolves with the whole document. */
  readonly synced: Promise<void>;

  /** Resolves once the server has passed on all that was sent. */
  async heard(): Promise<void> {
    const answered = new Promise<void>(resolve => this._asked.push(resolve));
    this._send(SYNC, STEP_1, Y.encodeStateVector(this.doc));
    await answered;
  }

  say(fields: object): void {
    this._awareness.setLocalState({ ...this._awareness.getLocalState(), ...fields });
    this._send(AWARENESS, encodeAwarenessUpdate(this._awareness, [this._awareness.clientID]));
  }

  close(): void {
    this._awareness.destroy();
    this._socket.close();
  }

  /** What others say of themselves is passed over: a bot has no page to show it. */
  private _hear(data: Buffer): void {
    const [kind, step] = data;
    if (kind !== SYNC) {
      return;
    }
    if (step === STEP_1) {
      const state = payload(data, 2);
      this._send(SYNC, STEP_2, Y.encodeStateAsUpdate(this.doc, state));
      this._send(SYNC, STEP_1, Y.encodeStateVector(this.doc));
    } else {
      Y.applyUpdate(this.doc, payload(data, 2), this);
      if (step === STEP_2) {
        this._asked.shift()?.();
      }
    }
  }

  private _send(...parts: readonly (number | Uint8Array)[]): void {
    const bytes = parts.map(part =>
      typeof part === 'number' ? Uint8Array.of(part) : Buffer.concat([varuint(part.length), part])
    );
    this._socket.send(Buffer.concat(bytes));
  }

  private readonly _awareness = new Awareness(this.doc);
  /** Those who wait for a step 2, in the order in which they have asked. */
  private readonly _asked: (() => void)[] = [];
}

/** The bytes behind the first `skip`, which tell their own number. */
function payload(data: Buffer, skip: number): Uint8Array {
  let length = 0;
  let at = skip;
  for (let shift = 0; ; shift += 7) {
    const byte = data[at++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      return data.subarray(at, at + length);
    }
  }
}

function varuint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest & 0x7f) | (rest < 128 ? 0 : 0x80));
    if (rest < 128) {
      return Uint8Array.from(bytes);
    }
  }
}

function rangeOf(text: Y.Text, anchor: number, head: number): object {
  const [from, to] = [anchor, head].map(offset => {
    const { type, tname, item, assoc } = Y.createRelativePositionFromTypeIndex(text, offset);
    return { type, tname, item, assoc };
  });
  return { anchor: from, head: to, primary: true, empty: anchor === head };
}
