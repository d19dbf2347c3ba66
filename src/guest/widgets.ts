import { DocumentWidget } from '@jupyterlab/docregistry';
import type { DocumentRegistry } from '@jupyterlab/docregistry';

/** Call `take` with each widget of a document, before its content is there. */
export function onDocumentWidget(
  registry: DocumentRegistry,
  take: (widget: DocumentWidget) => void
): void {
  const watch = (factory: DocumentRegistry.WidgetFactory | undefined) =>
    factory?.widgetCreated.connect((_, widget) => {
      if (widget instanceof DocumentWidget) {
        take(widget as DocumentWidget);
      }
    });
  [...registry.widgetFactories()].forEach(watch);
  registry.changed.connect((_, { type, name, change }) => {
    if (type === 'widgetFactory' && change === 'added' && name !== undefined) {
      watch(registry.getWidgetFactory(name));
    }
  });
}
