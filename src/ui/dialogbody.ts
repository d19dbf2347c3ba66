import type { Dialog, ReactWidget } from '@jupyterlab/apputils';
import { Panel } from '@lumino/widgets';

/**
 * What a dialog shows, where that is a React widget.
 *
 * A dialog whose body is one itself gives the focus when the page becomes idle: on a busy page
 * what is typed goes elsewhere until then, and whoever has gone on by keys is taken back. With
 * this around it the dialog has the focus at once, and the widget moves it where it should be.
 */
export class DialogBody<T = unknown> extends Panel implements Dialog.IBodyWidget<T | null> {
  constructor(private readonly _content: ReactWidget & Dialog.IBodyWidget<T>) {
    super();
    this.addWidget(_content);
  }

  getValue(): T | null {
    return this._content.getValue?.() ?? null;
  }
}
