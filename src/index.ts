import { connectionLost, isOnHub } from './plugins/connection';
import { contentProvider } from './plugins/contents';
import { files, notebooks } from './plugins/factories';
import { currentDocument, globalAwareness } from './plugins/presence';
import { reopening } from './plugins/reopen';
import { status } from './plugins/status';

export default [
  ...(isOnHub ? [] : [connectionLost]),
  contentProvider,
  files,
  notebooks,
  reopening,
  globalAwareness,
  currentDocument,
  status
];
