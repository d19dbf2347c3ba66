import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

interface Props {
  /** What the button says. */
  readonly label: string;
  /** The same for those who do not see beside what it is. */
  readonly fullLabel: string;
  /** What is asked before it is done. */
  readonly question: string;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
  readonly act: () => Promise<unknown>;
}

/**
 * A button for what cannot be taken back: it asks first.
 *
 * As all buttons of the dialog it is not disabled while the server is asked: it would lose the focus, and
 * with it the dialog would no longer hear the keys.
 */
export function ConfirmedButton(props: Props): React.JSX.Element {
  const { label, fullLabel, question, isBusy, trans, act } = props;
  const [isAsked, setAsked] = React.useState(false);
  const [isKept, setKept] = React.useState(false);
  const keep = () => {
    setAsked(false);
    setKept(true);
  };
  return isAsked ? (
    <div className="jp-CollabShare-ask" role="group" aria-label={`${fullLabel}?`}>
      <span>{question}</span>
      <button
        type="button"
        className="jp-mod-styled jp-mod-warn"
        autoFocus
        aria-disabled={isBusy}
        onClick={() => void (isBusy || act())}
      >
        {label}
      </button>
      <button type="button" className="jp-mod-styled" onClick={keep}>
        {trans.__('Keep')}
      </button>
    </div>
  ) : (
    <button
      type="button"
      className="jp-mod-styled"
      aria-label={fullLabel}
      autoFocus={isKept}
      onClick={() => setAsked(true)}
    >
      {label}
    </button>
  );
}
