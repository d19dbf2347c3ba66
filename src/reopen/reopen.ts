import type { ISessionContext } from '@jupyterlab/apputils';
import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { PanelLayout, TabPanel, Widget } from '@lumino/widgets';

import { captureView } from './view';
import type { Restore } from './view';

/** Where documents may be: layouts of the user's and extensions put some beside the main area. */
const AREAS = ['main', 'left', 'right', 'down'] as const;

type Area = (typeof AREAS)[number];

/** Notebook 7 opens documents in pages of their own, where browsers let it, unless it is told this. */
const THIS_PAGE: DocumentRegistry.IOpenOptions = { ref: '_noref' };

/** What is needed to show a document again in the same place. */
interface Sight {
  readonly area: Area;
  readonly factory: string | undefined;
  readonly isCurrent: boolean;
  readonly isInSight: boolean;
  readonly place: Widget | null;
  readonly frame: Frame | null;
  readonly restore: Restore;
}

/** Where a document is that lies in another widget, as extensions do to compose their own. */
interface Frame {
  readonly panel: Pick<TabPanel, 'insertWidget' | 'isDisposed'>;
  readonly index: number;
}

/**
 * Close all widgets that show `model` and open them again, where they were: the same tabs, the
 * same cell or line in sight, the same kernel. A shared model cannot get another history, so
 * this is how a document gets one.
 */
export function reopen(parts: reopen.IParts, model: unknown): void {
  const { manager } = parts;
  const found = widgetsOf(parts, model);
  const context = found[0] === undefined ? undefined : manager.contextForWidget(found[0].widget);
  if (context === undefined) {
    return;
  }
  const { path } = context;
  const { kernelPreference } = context.sessionContext;
  const sights = found.map(it => capture(parts, it, path));
  // The kernel goes on: the document is not being closed.
  context.sessionContext.kernelPreference = { ...kernelPreference, shutdownOnDispose: false };
  found.forEach(({ widget }) => widget.dispose());
  sights.forEach(sight => show(parts, path, sight, kernelPreference));
}

export namespace reopen {
  export interface IParts {
    readonly shell: JupyterFrontEnd.IShell;
    /** Where the main area has many places. */
    readonly labShell: ILabShell | null;
    readonly manager: IDocumentManager;
  }
}

/** One that stayed would keep the history, also for those that are opened again. */
function widgetsOf({ shell, labShell, manager }: reopen.IParts, model: unknown) {
  const areas = labShell === null ? (['main'] as const) : AREAS;
  return areas.flatMap(area =>
    [...shell.widgets(area)]
      .flatMap(top => documentsIn(top, manager).map(widget => ({ widget, top, area })))
      .filter(({ widget }) => manager.contextForWidget(widget)?.model.sharedModel === model)
  );
}

/** The widget itself, if it is a document, or those that lie in it. */
function documentsIn(widget: Widget, manager: IDocumentManager): Widget[] {
  return manager.contextForWidget(widget) === undefined
    ? [...widget.children()].flatMap(child => documentsIn(child, manager))
    : [widget];
}

function capture(
  { shell, labShell, manager }: reopen.IParts,
  { widget, top, area }: { readonly widget: Widget; readonly top: Widget; readonly area: Area },
  path: string
): Sight {
  const isInTab = widget === top && labShell !== null && area === 'main';
  return {
    area,
    factory: factoryOf(manager, widget, path),
    isCurrent: shell.currentWidget === widget,
    isInSight: widget.isVisible,
    place: isInTab ? holdPlace(labShell, widget) : null,
    frame: widget === top ? null : frameOf(widget),
    restore: captureView(widget)
  };
}

/** The manager does not tell which factory made a widget, but finds the widget of a factory. */
function factoryOf(manager: IDocumentManager, widget: Widget, path: string): string | undefined {
  const factories = manager.registry.preferredWidgetFactories(path);
  return factories.find(({ name }) => manager.findWidget(path, name) === widget)?.name;
}

/** Nothing where it cannot be put back: it is opened beside. */
function frameOf(widget: Widget): Frame | null {
  const { parent } = widget;
  const layout = parent?.layout;
  if (!(layout instanceof PanelLayout)) {
    return null;
  }
  const index = layout.widgets.indexOf(widget);
  // Of a panel with tabs, the widgets lie in a part that knows nothing of tabs.
  const panel = parent?.parent instanceof TabPanel ? parent.parent : layout;
  return { panel, index };
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
  { shell, labShell, manager }: reopen.IParts,
  path: string,
  { area, factory, isCurrent, isInSight, place, frame, restore }: Sight,
  kernelPreference: ISessionContext.IKernelPreference
): void {
  const isMain = area === 'main' && frame === null;
  const aside: DocumentRegistry.IOpenOptions = isMain ? {} : { activate: false };
  const alone: DocumentRegistry.IOpenOptions = labShell === null ? THIS_PAGE : aside;
  const where: DocumentRegistry.IOpenOptions =
    place === null ? alone : { ref: place.id, mode: 'tab-before', activate: isCurrent };
  const widget = manager.open(path, factory, undefined, where);
  place?.dispose();
  if (widget === undefined) {
    return;
  }
  if (frame !== null && !frame.panel.isDisposed) {
    frame.panel.insertWidget(frame.index, widget);
  } else if (area !== 'main') {
    // The manager opens all of them in the main area.
    shell.add(widget, area, { activate: false });
    if (isInSight) {
      shell.activateById(widget.id);
    }
  }
  widget.context.sessionContext.kernelPreference = kernelPreference;
  void widget.context.ready.then(() => widget.revealed).then(() => restore(widget));
}
