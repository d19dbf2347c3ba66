import type { Dialog, ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';

/**
 * What a dialog shows, where that is a React widget.
 *
 * A dialog whose body is one itself gives the focus when the page becomes idle: on a busy page
 * what is typed goes elsewhere until then, and whoever has gone on by keys is taken back. With
 * this around it the dialog has the focus at once, and the widget moves it where it should be.
 *
 * Such a dialog has no name for those who do not see its title: `name` is that.
 */
export class DialogBody<T = unknown> extends Panel implements Dialog.IBodyWidget<T | null> {
  constructor(
    private readonly _content: ReactWidget & Dialog.IBodyWidget<T>,
    private readonly _name: string
  ) {
    super();
    this.addWidget(_content);
  }

  getValue(): T | null {
    return this._content.getValue?.() ?? null;
  }

  protected override onBeforeAttach(message: Message): void {
    super.onBeforeAttach(message);
    this.node.closest('dialog')?.setAttribute('aria-label', this._name);
  }
}
