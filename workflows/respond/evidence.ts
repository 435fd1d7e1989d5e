import type { EvidenceSet, LoadRun } from '../../activities/contract.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import type { Captured } from '../kernel/capture.js';
import type { IncidentState } from './incident-state.js';

/** The evidence of one window of this incident; without captures nothing could be diagnosed. */
export function evidenceOf(state: IncidentState, plan: LoadPlan, run: LoadRun, captured: readonly Captured[]): EvidenceSet {
  const { incidentId, endpoint, symptom } = state.findings;
  const captures = captured.map(({ kind, capture }) => ({ kind, ...capture }));
  return { incidentId, endpoint, symptom, options: state.start.options, plan, run, captures };
}
