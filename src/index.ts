import { readConfig } from './config';
import { access, readOnlyEditors } from './plugins/access';
import { cells } from './plugins/cells';
import { closing } from './plugins/closing';
import { connectionLost, isOnHub } from './plugins/connection';
import { contentProvider } from './plugins/contents';
import { cursors, cursorSettings } from './plugins/cursors';
import { exportFormats } from './plugins/exportformats';
import { files, notebooks } from './plugins/factories';
import { folders } from './plugins/folders';
import { guestPage, guestSettings } from './plugins/guest';
import { offlineChanges } from './plugins/offline';
import { outputs } from './plugins/outputs';
import { pageName } from './plugins/pagename';
import { fileMarks, people, presenceSettings } from './plugins/people';
import { currentDocument, globalAwareness, identity } from './plugins/presence';
import { reopening } from './plugins/reopen';
import { sharing } from './plugins/sharing';
import { status } from './plugins/status';
import { staying } from './plugins/staying';

const config = readConfig();

const plugins = [
  ...(isOnHub ? [] : [connectionLost]),
  contentProvider,
  identity,
  files,
  notebooks,
  readOnlyEditors,
  access,
  guestPage,
  reopening,
  offlineChanges,
  closing,
  folders,
  pageName,
  exportFormats,
  globalAwareness,
  currentDocument,
  cells,
  cursors,
  cursorSettings,
  presenceSettings,
  people,
  fileMarks,
  // Those who came by a link are told nothing of sharing, and have no right to it.
  ...(config.sharing ? [sharing] : []),
  ...(config.guest === null ? [] : [guestSettings]),
  outputs,
  staying,
  status
];

// Where documents are not opened together, or another extension does that, there is nothing of
// ours: no plugin, and no token that could stand in another's way.
export default config.collaborative ? plugins : [];
