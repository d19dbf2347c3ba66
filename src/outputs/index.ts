export { feedOutputs } from './executions';
export { DEFAULTS, OutputWords, readLimits } from './limits';
export type { OutputLimits } from './limits';
