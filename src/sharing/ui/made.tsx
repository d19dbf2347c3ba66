import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { CopyField } from './copyfield';

interface Props {
  readonly label: string;
  /** `null` where none was made. */
  readonly address: string | null;
  readonly trans: TranslationBundle;
}

/** A link that was made just now, and that nobody tells again. */
export function MadeLink({ label, address, trans }: Props): React.JSX.Element | null {
  return address === null ? null : (
    <div className="jp-CollabShare-made">
      <p>{trans.__('The link is ready. It is shown only now: copy it before you close this.')}</p>
      <CopyField key={address} label={label} value={address} isFocused trans={trans} />
    </div>
  );
}
