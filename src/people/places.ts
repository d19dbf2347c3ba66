import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import { FileEditor } from '@jupyterlab/fileeditor';
import { NotebookPanel } from '@jupyterlab/notebook';
import { YFile, YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';
import { rosterOf } from '../presence';
import type { Roster } from '../presence';
import { EditorView } from './views/editor';
import { NotebookView } from './views/notebook';
import type { DocumentView } from './views/view';

/** A document that is open here and shared: who else is in it, and what of it is seen. */
export interface Place {
  readonly provider: Pick<DocumentProvider, 'path' | 'isSynced' | 'stateChanged'>;
  readonly roster: Roster;
  readonly view: DocumentView;
}

/** The shared documents that are open at this page, by the widgets that show them. */
export class Places {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _manager: IDocumentManager,
    private readonly _provider: CollabContentProvider
  ) {
    _app.shell.currentChanged?.connect(() => this._update());
    _provider.documentsChanged.connect(() => this._update());
    void _app.restored.then(() => this._update());
  }

  /** The widget in front, whatever it shows. */
  get front(): Widget | null {
    return this._front;
  }

  get frontChanged(): ISignal<this, Widget | null> {
    return this._frontChanged;
  }

  /** Where the document in front is now, whether it is shared or not. */
  get frontPath(): string | null {
    const { front } = this;
    return front instanceof DocumentWidget ? (front as DocumentWidget).context.path : null;
  }

  /** The shared document in front. */
  get current(): Place | null {
    return this._current;
  }

  get currentChanged(): ISignal<this, Place | null> {
    return this._currentChanged;
  }

  /** A shared document was seen here for the first time. */
  get opened(): ISignal<this, Place> {
    return this._opened;
  }

  /** The shared document that a widget shows. */
  of(widget: Widget | null): Place | null {
    // The document manager knows a widget only once its toolbar is made: ask the widget itself.
    if (!(widget instanceof DocumentWidget)) {
      return null;
    }
    const context: DocumentRegistry.Context = (widget as DocumentWidget).context;
    const provider = this._provider.find(context.model.sharedModel);
    if (provider === null) {
      return null;
    }
    const known = this._places.get(widget);
    if (known?.provider === provider) {
      return known;
    }
    known?.view.dispose();
    const view = viewOn(widget, context);
    if (view === null) {
      return null;
    }
    const place = { provider, view, roster: rosterOf(provider.model.awareness) };
    this._places.set(widget, place);
    this._opened.emit(place);
    return place;
  }

  /**
   * Open the document at `path`, or bring it to the front, and wait until it is there, or closed
   * as it cannot be opened.
   */
  async open(path: string): Promise<Place | null> {
    const widget = this._manager.openOrReveal(path);
    if (widget === undefined) {
      return null;
    }
    await Promise.race([isThere(widget), isClosed(widget)]);
    if (widget.isDisposed) {
      return null;
    }
    this._app.shell.activateById(widget.id);
    return this.of(widget);
  }

  private _update(): void {
    const front = this._app.shell.currentWidget;
    const current = this.of(front);
    const [before, previous] = [this._front, this._current];
    this._front = front;
    this._current = current;
    if (front !== before) {
      this._frontChanged.emit(front);
    }
    if (current !== previous) {
      this._currentChanged.emit(current);
    }
  }

  private _front: Widget | null = null;
  private _current: Place | null = null;
  private readonly _places = new WeakMap<Widget, Place>();
  private readonly _opened = new Signal<this, Place>(this);
  private readonly _frontChanged = new Signal<this, Widget | null>(this);
  private readonly _currentChanged = new Signal<this, Place | null>(this);
}

/** Never resolves where the document cannot be opened. */
async function isThere(widget: IDocumentWidget): Promise<void> {
  await widget.revealed;
  await widget.context.ready;
}

function isClosed(widget: Widget): Promise<void> {
  return new Promise(resolve => widget.disposed.connect(() => resolve()));
}

function viewOn(widget: Widget, { model }: DocumentRegistry.Context): DocumentView | null {
  if (widget instanceof NotebookPanel && model.sharedModel instanceof YNotebook) {
    return new NotebookView(widget, model.sharedModel);
  }
  const content: unknown = 'content' in widget ? widget.content : null;
  return content instanceof FileEditor && model.sharedModel instanceof YFile
    ? new EditorView(widget as EditorView['widget'], model.sharedModel)
    : null;
}
