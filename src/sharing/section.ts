import type { TranslationBundle } from '@jupyterlab/translation';
import type * as React from 'react';

import type { Page } from './address';
import type { SharingApi, SharingInfo } from './api';
import type { Subject } from './subject';

/** What the parts of the dialog have to go on. */
export interface SectionProps {
  readonly info: SharingInfo;
  /** `null` where no document is in front, nor was any asked for. */
  readonly subject: Subject | null;
  readonly page: Page;
  readonly api: SharingApi;
  readonly trans: TranslationBundle;
}

/** One part of the dialog, behind a tab of its own. All parts live as long as the dialog. */
export interface ShareSection {
  /** The id of a part of the page: letters only. */
  readonly id: string;
  readonly label: (trans: TranslationBundle) => string;
  readonly isOffered: (info: SharingInfo) => boolean;
  readonly Body: React.ComponentType<SectionProps>;
}
