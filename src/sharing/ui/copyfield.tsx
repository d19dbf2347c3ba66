import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { copyFrom } from '../clipboard';
import type { Copied } from '../clipboard';

interface Props {
  readonly label: string;
  readonly value: string;
  /** The focus goes to the button when it appears. */
  readonly isFocused?: boolean;
  /** A text of several lines, and no link. */
  readonly isText?: boolean;
  readonly trans: TranslationBundle;
}

/** A text to be copied, such as a link, and the button that copies it. */
export function CopyField(props: Props): React.JSX.Element {
  const { label, value, isFocused = false, isText = false, trans } = props;
  const field = React.useRef<HTMLInputElement & HTMLTextAreaElement>(null);
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
  const shown = {
    ref: field,
    className: 'jp-mod-styled',
    readOnly: true,
    'aria-label': label,
    value,
    onFocus: () => field.current?.select()
  };
  return (
    <div className="jp-CollabShare-copy">
      {isText ? <textarea {...shown} rows={value.split('\n').length} /> : <input {...shown} />}
      <button
        ref={button}
        type="button"
        className="jp-mod-styled jp-mod-accept"
        onClick={() => void copy()}
      >
        {isText ? trans.__('Copy') : trans.__('Copy Link')}
      </button>
      <span className="jp-CollabShare-said" role="status">
        {copied === null ? '' : says(copied, isText, trans)}
      </span>
    </div>
  );
}

function says(copied: Copied, isText: boolean, trans: TranslationBundle): string {
  if (copied === 'copied') {
    return isText ? trans.__('It was copied.') : trans.__('The link was copied.');
  }
  return isText
    ? trans.__('It is selected. Press Ctrl+C, or ⌘C on a Mac, to copy it.')
    : trans.__('The link is selected. Press Ctrl+C, or ⌘C on a Mac, to copy it.');
}
