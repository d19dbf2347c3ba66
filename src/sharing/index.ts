export { ServerSharingApi } from './api';
export { addShareCommands, ShareCommands } from './commands';
export { serverSection } from './ui/server';
export { Subjects } from './subjects';
export type { ShareSection, SectionProps } from './section';
