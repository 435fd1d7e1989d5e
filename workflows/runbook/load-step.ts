/** The same load as a triage holds, as a step: is the endpoint within its budget? */
import type { ActionReport } from '../../activities/runbook/contract.js';
import type { Run } from './run-context.js';

export function proveByLoad(_run: Run, _key: string, endpoint: string): Promise<ActionReport> {
  const detail = `the load of ${endpoint} cannot be held here yet`;
  return Promise.resolve({ verdict: 'not-begun', detail, exit: null, output: '', artifact: null, tookMs: 0 });
}
