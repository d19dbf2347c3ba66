import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { copyFrom } from '../clipboard';
import type { Copied } from '../clipboard';

interface Props {
  readonly label: string;
  readonly value: string;
  /** The focus goes to the button when it appears. */
  readonly isFocused?: boolean;
  readonly trans: TranslationBundle;
}

/** A text to be copied, such as a link, and the button that copies it. */
export function CopyField({ label, value, isFocused = false, trans }: Props): React.JSX.Element {
  const field = React.useRef<HTMLInputElement>(null);
  const button = React.useRef<HTMLButtonElement>(null);
  const [copied, setCopied] = React.useState<Copied | null>(null);
  const copy = async () => {
    if (field.current !== null) {
      setCopied(null); // so that it is said again
      setCopied(await copyFrom(field.current));
    }
  };
  React.useEffect(() => setCopied(null), [value]);
  React.useEffect(() => {
    if (isFocused) {
      button.current?.focus();
    }
  }, [isFocused]);
  return (
    <div className="jp-CollabShare-copy">
      <input
        ref={field}
        type="text"
        className="jp-mod-styled"
        readOnly
        aria-label={label}
        value={value}
        onFocus={event => event.target.select()}
      />
      <button
        ref={button}
        type="button"
        className="jp-mod-styled jp-mod-accept"
        onClick={() => void copy()}
      >
        {trans.__('Copy Link')}
      </button>
      <span className="jp-CollabShare-said" role="status">
        {copied === null ? '' : says(copied, trans)}
      </span>
    </div>
  );
}

function says(copied: Copied, trans: TranslationBundle): string {
  return copied === 'copied'
    ? trans.__('The link was copied.')
    : trans.__('The link is selected. Press Ctrl+C, or ⌘C on a Mac, to copy it.');
}
