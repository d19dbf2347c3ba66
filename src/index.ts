import { contentProvider } from './plugins/contents';
import { files, notebooks } from './plugins/factories';
import { currentDocument, globalAwareness } from './plugins/presence';

export default [contentProvider, files, notebooks, globalAwareness, currentDocument];
