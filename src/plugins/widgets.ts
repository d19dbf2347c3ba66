import type { IWidgetTracker } from '@jupyterlab/apputils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';

import type { CollabContentProvider } from '../documents/drive';
import type { DocumentProvider } from '../documents/provider';

/** Call `take` with each factory of widgets for documents, those too that are still to come. */
export function onWidgetFactory(
  registry: DocumentRegistry,
  take: (factory: DocumentRegistry.WidgetFactory) => void
): void {
  [...registry.widgetFactories()].forEach(take);
  registry.changed.connect((_, { type, name, change }) => {
    const isNew = type === 'widgetFactory' && change === 'added';
    const factory = isNew ? registry.getWidgetFactory(name ?? '') : undefined;
    if (factory !== undefined) {
      take(factory);
    }
  });
}

/** Call `take` with each widget of a document, before its content is there. */
export function onDocumentWidget(
  registry: DocumentRegistry,
  take: (widget: DocumentWidget) => void
): void {
  onWidgetFactory(registry, factory => {
    factory.widgetCreated.connect((_, widget) => {
      if (widget instanceof DocumentWidget) {
        take(widget as DocumentWidget);
      }
    });
  });
}

/** What keeps the document in sync that `widget` shows, if anything does. */
export function documentIn(
  widget: Widget | null,
  provider: CollabContentProvider
): DocumentProvider | null {
  return widget instanceof DocumentWidget
    ? provider.find((widget as DocumentWidget).context.model.sharedModel)
    : null;
}

/** Call `take` with each of `panels` whose document is open together, once its content is there. */
export function onSharedPanel<Panel extends IDocumentWidget>(
  panels: IWidgetTracker<Panel> | null,
  provider: CollabContentProvider,
  take: (panel: Panel, document: DocumentProvider) => void
): void {
  const wait = async (panel: Panel) => {
    await panel.context.ready;
    const document = documentIn(panel, provider);
    if (document !== null && !panel.isDisposed) {
      take(panel, document);
    }
  };
  const onAdded = (_: unknown, panel: Panel) => {
    wait(panel).catch((error: unknown) => {
      console.warn('A document does not have all that those who are in it share:', error);
    });
  };
  panels?.forEach(panel => onAdded(panels, panel));
  panels?.widgetAdded.connect(onAdded);
}
