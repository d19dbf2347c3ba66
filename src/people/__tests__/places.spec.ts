import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { CollabContentProvider } from '../../documents/drive';
import { Places } from '../places';

/** A document whose content comes when a test says so. */
function opening() {
  let arrive: () => void = () => undefined;
  const ready = new Promise<void>(resolve => (arrive = resolve));
  const widget = Object.assign(new Widget(), { revealed: ready, context: { ready } });
  return { widget: widget as unknown as IDocumentWidget, arrive };
}

function setUp(widget?: IDocumentWidget) {
  const activated: string[] = [];
  const shell = {
    currentWidget: null as Widget | null,
    currentChanged: new Signal<object, void>({}),
    activateById: (id: string) => activated.push(id)
  };
  const turn = (front: Widget | null) => {
    shell.currentWidget = front;
    shell.currentChanged.emit();
  };
  const app = { shell, restored: Promise.resolve() } as unknown as JupyterFrontEnd;
  const manager = { openOrReveal: () => widget } as unknown as IDocumentManager;
  const provider = { documentsChanged: new Signal<object, void>({}), find: () => null };
  const places = new Places(app, manager, provider as unknown as CollabContentProvider);
  return { places, activated, turn };
}

describe('a document that is opened for somebody', () => {
  it('comes to the front once it is there', async () => {
    const { widget, arrive } = opening();
    widget.id = 'a';
    const { places, activated } = setUp(widget);
    const opened = places.open('a.ipynb');
    await Promise.resolve();
    expect(activated).toEqual([]);
    arrive();
    await opened;
    expect(activated).toEqual(['a']);
  });

  it('is not waited for any more when it is closed, as where there is no such file', async () => {
    const { widget } = opening();
    const { places, activated } = setUp(widget);
    const opened = places.open('gone.ipynb');
    widget.dispose();
    expect(await opened).toBeNull();
    expect(activated).toEqual([]);
  });

  it('is none where nothing can show it', async () => {
    expect(await setUp().places.open('a.bin')).toBeNull();
  });
});

it('tells what is in front, and where, also of what is not shared', () => {
  const { places, turn } = setUp();
  const context = { path: 'plot.png', model: {} };
  // Only its context is asked for.
  const image = Object.create(DocumentWidget.prototype, { context: { value: context } }) as Widget;
  const seen: unknown[] = [];
  places.frontChanged.connect((_, front) => seen.push([front, places.frontPath]));
  turn(image);
  turn(image);
  context.path = 'renamed.png';
  expect([places.front, places.frontPath, places.current]).toEqual([image, 'renamed.png', null]);
  const terminal = new Widget();
  turn(terminal);
  turn(null);
  expect(seen).toEqual([
    [image, 'plot.png'],
    [terminal, null],
    [null, null]
  ]);
});
