import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { DialogBody } from '../../ui/dialogbody';
import type { SharingInfo } from '../api';
import type { SectionProps, ShareSection } from '../section';
import { Trouble } from './notes';
import { reasonOfNothing } from './words';

/** What the dialog is opened with. */
export interface ShareOptions extends Omit<SectionProps, 'info'> {
  readonly sections: readonly ShareSection[];
  /** The id of the part that is in front. */
  readonly first: string;
}

/** Let the person at this page share the server, or a document. Resolves when they are done. */
export async function openShareDialog(options: ShareOptions): Promise<void> {
  const { trans } = options;
  const title = trans.__('Share');
  const dialog = new ShareDialog({
    title,
    body: new DialogBody(new ShareBody(options), title),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
  });
  dialog.addClass('jp-CollabShareDialog');
  await dialog.launch();
}

/** A dialog with forms of its own. */
class ShareDialog extends Dialog<unknown> {
  override handleEvent(event: Event): void {
    if (event.type === 'focus') {
      this._keepFocus(event);
    } else if (event instanceof KeyboardEvent && event.key === 'Tab') {
      this._goRound(event);
    } else if (!(event instanceof KeyboardEvent && event.key === 'Enter' && isInForm(event))) {
      super.handleEvent(event);
    }
  }

  /** From the last thing that can have the focus Tab goes to the first one, and back. */
  private _goRound(event: KeyboardEvent): void {
    const reachable = [...this.node.querySelectorAll<HTMLElement>(REACHABLE)].filter(
      element => element.tabIndex >= 0 && element.closest('[hidden]') === null
    );
    const [first, last] = event.shiftKey
      ? [reachable.at(-1), reachable[0]]
      : [reachable[0], reachable.at(-1)];
    if (event.target === last && first !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      first.focus();
    }
  }

  /**
   * What is opened behind the dialog takes the focus as soon as it is ready. It comes back to where
   * it was, where any dialog would begin anew.
   */
  private _keepFocus(event: Event): void {
    const { target } = event;
    if (target instanceof HTMLElement && this.node.contains(target)) {
      this._focused = target;
      return;
    }
    event.stopPropagation();
    this._focused?.focus();
    if (!this.node.contains(document.activeElement)) {
      super.handleEvent(event);
    }
  }

  private _focused: HTMLElement | null = null;
}

/** What Tab goes to in the dialog; of radio buttons one, but never the last thing. */
const REACHABLE = 'button, input, select, textarea';

/** Where the enter key does what the form says, and does not close the dialog. */
function isInForm({ target }: Event): boolean {
  return target instanceof Element && target.closest('.jp-CollabShare') !== null;
}

/** Asks the server what can be shared, and shows each part behind a tab. */
class ShareBody extends ReactWidget {
  constructor(private readonly _options: ShareOptions) {
    super();
    this.addClass('jp-CollabShare');
    this._chosen = _options.first;
    void this._load();
  }

  protected override render(): React.JSX.Element {
    if (this._error !== null) {
      return <Trouble text={this._error} />;
    }
    return this._info === null ? (
      <p role="status">{this._options.trans.__('Asking the server what can be shared…')}</p>
    ) : (
      this._renderParts(this._info)
    );
  }

  private _renderParts(info: SharingInfo): React.JSX.Element {
    const { sections, trans } = this._options;
    const offered = sections.filter(section => section.isOffered(info));
    const chosen = offered.find(({ id }) => id === this._chosen) ?? offered[0];
    return (
      <>
        <Tabs
          sections={offered}
          chosen={chosen}
          trans={trans}
          choose={({ id }) => this._choose(id)}
        />
        {offered.map(({ id, Body }) => (
          <div
            key={id}
            id={panelOf(id)}
            className="jp-CollabShare-part"
            role="tabpanel"
            aria-labelledby={tabOf(id)}
            hidden={id !== chosen?.id}
          >
            <Body {...this._options} info={info} />
          </div>
        ))}
      </>
    );
  }

  private async _load(): Promise<void> {
    const { api, subject, trans } = this._options;
    try {
      this._info = await api.describe(subject?.path ?? null);
    } catch (error) {
      this._error = reasonOfNothing(error, trans);
    }
    this.update();
  }

  private _choose(id: string): void {
    this._chosen = id;
    this.update();
  }

  private _chosen: string;
  private _info: SharingInfo | null = null;
  private _error: string | null = null;
}

interface TabsProps {
  readonly sections: readonly ShareSection[];
  readonly chosen: ShareSection | undefined;
  readonly trans: TranslationBundle;
  readonly choose: (section: ShareSection) => void;
}

/** The arrow keys go from one tab to the next, as is the custom. */
function Tabs({ sections, chosen, trans, choose }: TabsProps): React.JSX.Element {
  const first = React.useRef<HTMLButtonElement>(null);
  // The dialog has looked for what is to have the focus before the server answered.
  React.useEffect(() => first.current?.focus(), []);
  const onKeyDown = (event: React.KeyboardEvent, index: number) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step === undefined ? undefined : sections.at((index + step) % sections.length);
    if (next !== undefined) {
      event.preventDefault();
      choose(next);
      document.getElementById(tabOf(next.id))?.focus();
    }
  };
  return (
    <div className="jp-CollabShare-tabs" role="tablist" aria-label={trans.__('What to share')}>
      {sections.map((section, index) => (
        <button
          key={section.id}
          ref={section === chosen ? first : undefined}
          id={tabOf(section.id)}
          type="button"
          role="tab"
          aria-selected={section === chosen}
          aria-controls={panelOf(section.id)}
          tabIndex={section === chosen ? 0 : -1}
          onClick={() => choose(section)}
          onKeyDown={event => onKeyDown(event, index)}
        >
          {section.label(trans)}
        </button>
      ))}
    </div>
  );
}

function tabOf(id: string): string {
  return `jp-CollabShare-tab-${id}`;
}

function panelOf(id: string): string {
  return `jp-CollabShare-panel-${id}`;
}
