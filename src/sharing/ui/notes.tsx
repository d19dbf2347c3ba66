import * as React from 'react';

interface Props {
  /** `null` where there is nothing to say. */
  readonly text: string | null;
}

/** Why something was not done, or is not known. */
export function Trouble({ text }: Props): React.JSX.Element | null {
  return text === null ? null : (
    <p className="jp-CollabShare-error" role="alert">
      {text}
    </p>
  );
}

/** Why a link may not be of use. */
export function Warning({ text }: Props): React.JSX.Element | null {
  return text === null ? null : <p className="jp-CollabShare-warning">{text}</p>;
}
