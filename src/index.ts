import { contentProvider } from './plugins/contents';
import { files, notebooks } from './plugins/factories';
import { currentDocument, globalAwareness } from './plugins/presence';
import { status } from './plugins/status';

export default [contentProvider, files, notebooks, globalAwareness, currentDocument, status];
