import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { copyFrom } from '../sharing/clipboard';
import { fullSentence } from '../ui/describe';

/** How a document ended for a guest. */
export interface Ending {
  /** Whether it is the link that has ended, by time or by hand. */
  readonly isLinkEnd: boolean;
  /** Why, in a full sentence. */
  readonly reason: string;
  /** How many changes the server has not confirmed, and what they are, as text. */
  readonly unsent: number;
  readonly text: string;
}

/** Takes the place of a document that is not open any more to a guest, and says why. */
export class EndedNotice extends ReactWidget {
  constructor(
    private readonly _ending: Ending,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-CollabEnded');
    this.node.setAttribute('role', 'alert');
    this.node.tabIndex = -1;
  }

  /** What had the focus is hidden, and keys go on to *Try Again*, or to what is to be copied. */
  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.node.focus();
  }

  protected override render(): React.JSX.Element {
    const { _ending: ending, _trans: trans } = this;
    return (
      <div className="jp-CollabEnded-words">
        <h1>
          {ending.isLinkEnd
            ? trans.__('Your link has ended')
            : trans.__('This document is not open to you any more')}
        </h1>
        <p>{fullSentence(ending.reason)}</p>
        {ending.unsent > 0 && <Unsent ending={ending} trans={trans} />}
        <button
          type="button"
          className="jp-mod-styled jp-mod-reject"
          onClick={() => window.location.reload()}
        >
          {trans.__('Try Again')}
        </button>
      </div>
    );
  }
}

/** What was written and is not on the server, to be copied from here. */
function Unsent({ ending, trans }: { ending: Ending; trans: TranslationBundle }) {
  const field = React.useRef<HTMLTextAreaElement>(null);
  const [said, say] = React.useState('');
  const copy = async () => {
    if (field.current !== null) {
      const copied = await copyFrom(field.current);
      say(
        copied === 'copied'
          ? trans.__('Copied.')
          : trans.__('Press Ctrl+C, or ⌘C on a Mac, to copy.')
      );
    }
  };
  return (
    <>
      <p>
        {trans._n(
          'The server has not confirmed your last change. It may be only here: copy it if you need it.',
          'The server has not confirmed your last %1 changes. They may be only here: copy them if you need them.',
          ending.unsent
        )}
      </p>
      <textarea
        ref={field}
        readOnly
        rows={8}
        aria-label={trans.__('What the server has not confirmed')}
        value={ending.text}
      />
      <p>
        <button type="button" className="jp-mod-styled jp-mod-accept" onClick={() => void copy()}>
          {trans.__('Copy')}
        </button>{' '}
        <span role="status">{said}</span>
      </p>
    </>
  );
}
