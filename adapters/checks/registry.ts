import type { Check } from './check.js';
import { health } from './service/health.js';

/** Every check, in the order in which they are shown. */
export const checks: readonly Check[] = [health];
