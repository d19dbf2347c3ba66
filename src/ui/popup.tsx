import { showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { ActionId } from './describe';
import type { StatusModel } from './statusmodel';

/** Between the popup and what it belongs to, and between it and the edge of the window. */
const GAP = 4;

/**
 * The whole story of a status, and what can be done about it.
 *
 * It goes away on Escape, or when something else is pressed or focused; the focus then returns
 * to `anchor`, unless the person has put it elsewhere.
 */
export class StatusPopup extends VDomRenderer<StatusModel> {
  constructor(
    model: StatusModel,
    private readonly _anchor: HTMLElement,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-CollabStatus-popup');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', _trans.__('Status of the document'));
  }

  open(): void {
    Widget.attach(this, document.body);
    this.update();
  }

  /** The model belongs to the one who opened the popup, and lives on. */
  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const hadFocus = this.node.contains(document.activeElement);
    super.dispose();
    if (hadFocus) {
      this._anchor.focus();
    }
  }

  handleEvent(event: Event): void {
    const outside = !(event.target instanceof Node && this.node.contains(event.target));
    switch (event.type) {
      case 'keydown':
        return this._onKeyDown(event as KeyboardEvent);
      case 'resize':
        return this.dispose();
      default:
        // What happens on the anchor is the anchor's affair.
        if (outside && !this._isOnAnchor(event)) {
          this.dispose();
        }
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('pointerdown', this, true);
    document.addEventListener('focusin', this, true);
    document.addEventListener('keydown', this, true);
    window.addEventListener('resize', this);
    this._sizes.observe(this.node);
    this._anchor.setAttribute('aria-expanded', 'true');
    this.node.focus();
  }

  protected override onBeforeDetach(message: Message): void {
    document.removeEventListener('pointerdown', this, true);
    document.removeEventListener('focusin', this, true);
    document.removeEventListener('keydown', this, true);
    window.removeEventListener('resize', this);
    this._sizes.disconnect();
    this._anchor.removeAttribute('aria-expanded');
    super.onBeforeDetach(message);
  }

  protected override render(): React.JSX.Element | null {
    const { description } = this.model;
    if (description === null) {
      return null;
    }
    return (
      <>
        <h3 className="jp-CollabStatus-title">{description.label}</h3>
        {description.story.map(sentence => (
          <p key={sentence}>{sentence}</p>
        ))}
        <div className="jp-CollabStatus-actions">
          {description.actions.map(action => (
            <button
              key={action}
              type="button"
              className="jp-mod-styled jp-mod-accept"
              onClick={() => this._run(action)}
            >
              {this._labelOf(action)}
            </button>
          ))}
        </div>
      </>
    );
  }

  private _labelOf(action: ActionId): string {
    switch (action) {
      case 'reconnect':
        return this._trans.__('Reconnect now');
      case 'save':
        return this._trans.__('Save now');
    }
  }

  private _run(action: ActionId): void {
    const title = this._trans.__('That did not work');
    this.model
      .run(action)
      .catch((error: unknown) => showErrorMessage(title, error instanceof Error ? error : ''));
    this.dispose();
  }

  private _onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.dispose();
    }
  }

  private _isOnAnchor({ target }: Event): boolean {
    return target instanceof Node && this._anchor.contains(target);
  }

  /** Above the anchor where there is more room, below it elsewhere; never outside the window. */
  private _place(): void {
    const anchor = this._anchor.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = this.node;
    const left = Math.min(anchor.left, window.innerWidth - offsetWidth - GAP);
    const isLow = anchor.top > window.innerHeight / 2;
    style.left = `${Math.max(GAP, left)}px`;
    style.top = `${isLow ? anchor.top - offsetHeight - GAP : anchor.bottom + GAP}px`;
  }

  private readonly _sizes = new ResizeObserver(() => this._place());
}
