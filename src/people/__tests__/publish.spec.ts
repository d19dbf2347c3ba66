import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';

import type { Identity } from '../identity';
import { publishCurrent, publishUser } from '../publish';

describe('who we are', () => {
  const here = new Awareness(new Y.Doc());
  const there = new Awareness(new Y.Doc());
  const changed = new Signal<object, void>({});
  const refresh = jest.fn();
  const identity = {
    changed,
    refresh,
    published: { username: 'ada', display_name: 'Ada' },
    user: { username: 'ada', displayName: 'Ada' }
  };

  function hear(username: string, name: string): void {
    there.setLocalStateField('user', { username, display_name: name });
    applyAwarenessUpdate(here, encodeAwarenessUpdate(there, [there.clientID]), 'server');
  }

  afterAll(() => [here, there].forEach(awareness => awareness.destroy()));

  it('O4: is asked for as another page of ours has another name, once', () => {
    const published = publishUser(here, identity as unknown as Identity);
    hear('ada', 'Ada');
    hear('bob', 'Ada Lovelace');
    expect(refresh).not.toHaveBeenCalled();
    hear('ada', 'Ada Lovelace');
    hear('ada', 'Ada Lovelace');
    expect(refresh).toHaveBeenCalledTimes(1);
    published.dispose();
    hear('ada', 'Countess');
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});

/** A document that is open, with the name of its file. */
class FakeContext {
  constructor(public path: string) {}

  readonly pathChanged = new Signal<this, string>(this);

  rename(path: string): void {
    this.path = path;
    this.pathChanged.emit(path);
  }
}

describe('the document in front', () => {
  let awareness: Awareness;
  let turn: (widget: Widget | null) => void;
  const [notebook, editor, terminal] = [new Widget(), new Widget(), new Widget()];
  let contexts: Map<Widget, FakeContext>;

  const told = (): unknown => awareness.getLocalState()?.current;

  beforeEach(() => {
    awareness = new Awareness(new Y.Doc());
    const currentChanged = new Signal<object, { newValue: Widget | null }>({});
    const shell = { currentChanged } as unknown as JupyterFrontEnd.IShell;
    contexts = new Map([
      [notebook, new FakeContext('a.ipynb')],
      [editor, new FakeContext('b.py')]
    ]);
    const contextForWidget = (widget: Widget) => contexts.get(widget);
    const manager = { contextForWidget } as unknown as IDocumentManager;
    publishCurrent(awareness, shell, manager, { has: widget => widget === notebook });
    turn = newValue => currentChanged.emit({ newValue });
  });

  afterEach(() => awareness.destroy());

  it('is told with its kind, and nothing where there is none', () => {
    turn(notebook);
    expect(told()).toBe('notebook:a.ipynb');
    turn(editor);
    expect(told()).toBe('editor:b.py');
    turn(terminal);
    expect(told()).toBeNull();
    turn(null);
    expect(told()).toBeNull();
  });

  it('is told again when it is renamed, as long as it is in front', () => {
    turn(notebook);
    contexts.get(notebook)?.rename('sub/c.ipynb');
    expect(told()).toBe('notebook:sub/c.ipynb');
    turn(editor);
    contexts.get(notebook)?.rename('d.ipynb');
    expect(told()).toBe('editor:b.py');
    contexts.get(editor)?.rename('e.py');
    expect(told()).toBe('editor:e.py');
  });
});
