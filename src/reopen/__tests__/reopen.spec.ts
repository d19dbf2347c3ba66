import type { ILabShell } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { Panel, TabPanel, Widget } from '@lumino/widgets';

import { reopen } from '../reopen';

type Preference = Readonly<Record<string, unknown>>;

/** A document as the manager has it, until the last that shows it is gone. */
interface Context {
  readonly path: string;
  readonly model: { readonly sharedModel: object };
  readonly ready: Promise<void>;
  readonly sessionContext: { kernelPreference: Preference };
}

class Shown extends Widget {
  constructor(
    readonly context: Context,
    readonly factory: string
  ) {
    super();
    this.id = factory;
  }

  readonly revealed = Promise.resolve();
}

/** A shell with areas, and a manager that opens all documents in the main one. */
class Desk {
  open(factory: string): Shown {
    const before = this.shown.find(({ isDisposed }) => !isDisposed);
    const widget = new Shown(before?.context ?? newContext(), factory);
    this.shown.push(widget);
    this._put(widget, 'main');
    return widget;
  }

  readonly shown: Shown[] = [];
  readonly areas = new Map<string, Widget[]>();
  readonly shell = {
    currentWidget: null,
    widgets: (area: string) =>
      (this.areas.get(area) ?? [])
        .filter(({ isDisposed, parent }) => !isDisposed && parent === null)
        [Symbol.iterator](),
    add: (widget: Widget, area: string) => this._put(widget, area)
  };

  readonly manager = {
    contextForWidget: (widget: Widget) => (widget instanceof Shown ? widget.context : undefined),
    findWidget: (_: string, name: string) => this.shown.find(({ factory }) => factory === name),
    registry: { preferredWidgetFactories: () => [{ name: 'Editor' }, { name: 'Preview' }] },
    open: (_: string, factory: string, __: undefined, options: object) => {
      this.options.push(options);
      return this.open(factory);
    }
  };

  /** What the manager was asked to open documents with. */
  readonly options: object[] = [];

  reopen(isLab = true): void {
    const shell = this.shell as unknown as ILabShell;
    const manager = this.manager as unknown as IDocumentManager;
    const model = this.shown[0]?.context.model.sharedModel;
    reopen({ shell, labShell: isLab ? shell : null, manager }, model);
  }

  private _put(widget: Widget, area: string): void {
    this.areas.forEach((widgets, name) => {
      this.areas.set(
        name,
        widgets.filter(other => other !== widget)
      );
    });
    this.areas.set(area, [...(this.areas.get(area) ?? []), widget]);
  }
}

function newContext(): Context {
  return {
    path: 'a.md',
    model: { sharedModel: {} },
    ready: Promise.resolve(),
    sessionContext: { kernelPreference: {} }
  };
}

describe('a document that is opened again', () => {
  it.each(['left', 'right', 'down'])('has another history, also where it is shown at %s', area => {
    const desk = new Desk();
    const before = desk.open('Editor');
    desk.shell.add(desk.open('Preview'), area);
    desk.reopen();
    const [editor] = [...desk.shell.widgets('main')];
    const [preview] = [...desk.shell.widgets(area)];
    expect([editor?.id, preview?.id]).toEqual(['Editor', 'Preview']);
    expect((editor as Shown).context).toBe((preview as Shown).context);
    expect((editor as Shown).context).not.toBe(before.context);
  });

  it('is found where it is shown beside the main area only', () => {
    const desk = new Desk();
    const before = desk.open('Editor');
    desk.shell.add(before, 'right');
    desk.reopen();
    const [after] = [...desk.shell.widgets('right')];
    expect((after as Shown).context).not.toBe(before.context);
    expect([...desk.shell.widgets('main')]).toEqual([]);
  });

  it.each([Panel, TabPanel])('is found where it lies in another widget, and is put there', Kind => {
    const desk = new Desk();
    const frame = new Kind();
    frame.id = 'frame';
    const before = desk.open('Preview');
    const beside = desk.open('Editor');
    [new Widget(), before, new Widget()].forEach(widget => frame.addWidget(widget));
    desk.shell.add(frame, 'main');
    desk.reopen();
    const [, after, ...others] = frame.widgets;
    expect([(after as Shown).factory, others]).toEqual(['Preview', [expect.any(Widget)]]);
    expect((after as Shown).context).not.toBe(before.context);
    const editor = [...desk.shell.widgets('main')].find(({ id }) => id === beside.id);
    expect((editor as Shown).context).toBe((after as Shown).context);
    if (frame instanceof TabPanel) {
      expect(frame.tabBar.titles.map(({ owner }) => owner)).toContain(after);
    }
  });

  it('is opened beside where what it lay in has gone with it', () => {
    const desk = new Desk();
    const frame = new Panel();
    const before = desk.open('Editor');
    frame.addWidget(before);
    desk.shell.add(frame, 'main');
    before.disposed.connect(() => frame.dispose());
    desk.reopen();
    const [after, ...others] = [...desk.shell.widgets('main')];
    expect([after?.id, others]).toEqual(['Editor', []]);
    expect((after as Shown).context).not.toBe(before.context);
  });

  it('stays in its page, where each document has one', () => {
    const desk = new Desk();
    const before = desk.open('Editor');
    desk.reopen(false);
    const [after] = [...desk.shell.widgets('main')];
    expect((after as Shown).context).not.toBe(before.context);
    expect(desk.options).toEqual([{ ref: '_noref' }]);
  });
});
