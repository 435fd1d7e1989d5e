import type { Capture, EvidenceSet, LoadRun } from '../../activities/contract.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import type { Captured } from '../kernel/capture.js';
import type { IncidentState } from './incident-state.js';

const notNeeded: Capture = { headline: 'not needed', artifacts: [], missing: [] };
const noDatabase: Capture = { headline: 'no database in the catalog', artifacts: [], missing: [] };

/** The evidence of one window of this incident; without captures it says that none were needed. */
export function evidenceOf(state: IncidentState, plan: LoadPlan, run: LoadRun, captures: readonly Captured[]): EvidenceSet {
  const { incidentId, endpoint, symptom } = state.findings;
  const absent = captures.length === 0 ? notNeeded : noDatabase;
  const captureOf = (kind: string): Capture => captures.find((one) => one.kind === kind)?.capture ?? absent;
  const taken = { profile: captureOf('profile'), service: captureOf('service'), databases: captureOf('databases') };
  return { incidentId, endpoint, symptom, options: state.start.options, plan, run, ...taken, scan: null };
}
