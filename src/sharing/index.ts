export { ServerSharingApi } from './api';
export { addShareCommands, ShareCommands } from './commands';
export { documentSection } from './ui/document';
export { ServerHubSharesApi } from './hubapi';
export { hubSection } from './ui/hub';
export { ShareRight } from './right';
export { serverSection } from './ui/server';
export { Subjects } from './subjects';
export type { ShareSection, SectionProps } from './section';
