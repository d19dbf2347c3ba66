import { LabIcon } from '@jupyterlab/ui-components';

import type { Condition } from './condition';

/** Drawn in the colour of the text beside them, so they need no colours of their own. */
function draw(name: string, shapes: string): LabIcon {
  const style = 'fill="none" stroke="currentColor" stroke-width="1.5"';
  const ends = 'stroke-linecap="round" stroke-linejoin="round"';
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g ${style} ${ends}>${shapes}</g></svg>`;
  return new LabIcon({ name: `jupyter-collab:${name}`, svgstr });
}

const CLOUD = '<path d="M4.5 12.5a3 3 0 0 1-.4-6 4 4 0 0 1 7.7-.4 3.2 3.2 0 0 1-.3 6.4z"/>';

const connecting = draw('connecting', `${CLOUD}<path d="M6 9.5h.01M8 9.5h.01M10 9.5h.01"/>`);
const syncing = draw('syncing', `${CLOUD}<path d="M8 11V7.5M6.5 9 8 7.5 9.5 9"/>`);
const synced = draw('synced', `${CLOUD}<path d="m6.2 9.4 1.3 1.3 2.4-2.6"/>`);
const saved = draw('saved', '<circle cx="8" cy="8" r="6"/><path d="m5.2 8.2 2 2 3.6-4"/>');
const offline = draw('offline', `${CLOUD}<path d="m2.5 2.5 11 11"/>`);
const warning = draw('warning', '<path d="M8 2 1.8 13.5h12.4zM8 6.5v3.2M8 11.7v.01"/>');
const viewing = draw(
  'viewing',
  '<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.8"/>'
);

/** The picture of each condition. */
export const ICONS: { readonly [C in Condition]: LabIcon } = {
  connecting,
  loading: connecting,
  offline,
  missing: warning,
  refused: offline,
  reopening: connecting,
  gone: warning,
  unreadable: warning,
  failed: warning,
  incomplete: warning,
  degraded: warning,
  viewing,
  syncing,
  off: synced,
  saved,
  synced
};
