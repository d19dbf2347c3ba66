export { feedOutputs } from './executions';
export { DEFAULTS, OutputWords, readLimits } from './limits';
export { mirrorOutputs } from './mirror';
export type { OutputLimits } from './limits';
