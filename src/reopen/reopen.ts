import type { ISessionContext } from '@jupyterlab/apputils';
import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { Widget } from '@lumino/widgets';

import { captureView } from './view';
import type { Restore } from './view';

/** What is needed to show a document again in the same place. */
interface Sight {
  readonly factory: string | undefined;
  readonly isCurrent: boolean;
  readonly place: Widget | null;
  readonly restore: Restore;
}

/**
 * Close all widgets that show `model` and open them again, where they were: the same tabs, the
 * same cell or line in sight, the same kernel. A shared model cannot get another history, so
 * this is how a document gets one.
 */
export function reopen(parts: reopen.IParts, model: unknown): void {
  const { shell, manager } = parts;
  const widgets = [...shell.widgets('main')].filter(
    widget => manager.contextForWidget(widget)?.model.sharedModel === model
  );
  const context = widgets[0] === undefined ? undefined : manager.contextForWidget(widgets[0]);
  if (context === undefined) {
    return;
  }
  const { path } = context;
  const { kernelPreference } = context.sessionContext;
  const sights = widgets.map(widget => capture(parts, widget, path));
  // The kernel goes on: the document is not being closed.
  context.sessionContext.kernelPreference = { ...kernelPreference, shutdownOnDispose: false };
  widgets.forEach(widget => widget.dispose());
  sights.forEach(sight => show(manager, path, sight, kernelPreference));
}

export namespace reopen {
  export interface IParts {
    readonly shell: JupyterFrontEnd.IShell;
    /** Where the main area has many places. */
    readonly labShell: ILabShell | null;
    readonly manager: IDocumentManager;
  }
}

function capture({ shell, labShell, manager }: reopen.IParts, widget: Widget, path: string): Sight {
  return {
    factory: factoryOf(manager, widget, path),
    isCurrent: shell.currentWidget === widget,
    place: labShell === null ? null : holdPlace(labShell, widget),
    restore: captureView(widget)
  };
}

/** The manager does not tell which factory made a widget, but finds the widget of a factory. */
function factoryOf(manager: IDocumentManager, widget: Widget, path: string): string | undefined {
  const factories = manager.registry.preferredWidgetFactories(path);
  return factories.find(({ name }) => manager.findWidget(path, name) === widget)?.name;
}

/** A tab that keeps the place of another while that is away. */
function holdPlace(shell: ILabShell, widget: Widget): Widget {
  const place = new Widget();
  place.id = `${widget.id}-place`;
  place.title.label = widget.title.label;
  shell.add(place, 'main', { ref: widget.id, mode: 'tab-after', activate: false });
  return place;
}

function show(
  manager: IDocumentManager,
  path: string,
  { factory, isCurrent, place, restore }: Sight,
  kernelPreference: ISessionContext.IKernelPreference
): void {
  const where: DocumentRegistry.IOpenOptions =
    place === null ? {} : { ref: place.id, mode: 'tab-before', activate: isCurrent };
  const widget = manager.open(path, factory, undefined, where);
  place?.dispose();
  if (widget === undefined) {
    return;
  }
  widget.context.sessionContext.kernelPreference = kernelPreference;
  void widget.context.ready.then(() => widget.revealed).then(() => restore(widget));
}
