import { isCancellation } from '@temporalio/workflow';
import type { BranchDecision, Capture, EvidenceSet } from '../../activities/contract.js';
import type { Diagnosis } from '../../core/model/incident.js';
import { needsQueryScan } from '../../core/decisions/next-stage.js';
import { light, scanning } from '../kernel/activity-options.js';
import { describeFailure, missingFrom } from '../kernel/describe-failure.js';
import { addReason, enter, type IncidentState, type ResolvedLoad } from './incident-state.js';
import { inStage, skipStage } from './stage-rows.js';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function describeDiagnosis({ outcome, causes }: Diagnosis): string {
  const first = causes[0];
  return first === undefined ? outcome : `${outcome}: ${first.id} in ${first.component} (${percent(first.share)} of the latency)`;
}

async function scanQueries(state: IncidentState, set: EvidenceSet, databases: readonly string[]): Promise<Capture> {
  const work = (): Promise<Capture> =>
    scanning.scanQueries.executeWithOptions({ summary: `plans and index candidates of ${databases.join(', ')}` }, [set]);
  try {
    return await inStage(state, 'query scan', work, (capture) => capture.headline);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const missing = missingFrom(error, { id: 'query-scan', what: 'the plans of the statements of the window' });
    return { headline: `missing: ${missing.why}`, artifacts: [], missing: [missing] };
  }
}

function adoptDiagnosis(state: IncidentState, set: EvidenceSet, diagnosis: Diagnosis): void {
  const { incident } = state;
  const { outcome, branch, accounting, accountChecks = [], causes, ruledOut, missingEvidence, evidence } = diagnosis;
  const captured = [set.profile, set.service, set.databases, ...(set.scan === null ? [] : [set.scan])].flatMap(
    ({ artifacts }) => artifacts,
  );
  state.incident = {
    ...incident,
    ...{ outcome, branch, accounting, accountChecks, causes, ruledOut, missingEvidence, evidence },
    artifacts: [...incident.artifacts, ...captured],
    reasons: [...incident.reasons, ...diagnosis.reasons],
  };
}

/** The analysis itself broke: the captured evidence stays, and the outcome says so instead of guessing. */
function adoptBreakdown(state: IncidentState, set: EvidenceSet, error: unknown): void {
  const gaps = [set.profile, set.service, set.databases].flatMap(({ missing }) => missing);
  const missing = { ...missingFrom(error, { id: 'diagnosis', what: 'the analysis of the captured evidence' }), id: 'diagnosis' };
  const artifacts = [set.profile, set.service, set.databases].flatMap((capture) => capture.artifacts);
  const { incident } = state;
  state.incident = {
    ...incident,
    outcome: 'inconclusive',
    missingEvidence: [...gaps, missing],
    artifacts: [...incident.artifacts, ...artifacts],
  };
  addReason(state, `the analysis failed: ${describeFailure(error)}`);
}

/** Stages 2 to 4: flame graph and accounting decide the branch, the query scan runs if that says so, the rules name the cause. */
export async function diagnose(state: IncidentState, { target }: ResolvedLoad, captured: EvidenceSet): Promise<void> {
  enter(state, 'diagnosing', 'reading the captures');
  let set = captured;
  try {
    const decide = (): Promise<BranchDecision> =>
      light.decideBranch.executeWithOptions({ summary: 'where does the latency sit?' }, [captured]);
    const decision = await inStage(state, 'branch', decide, ({ branch }) => branch);
    if (needsQueryScan(decision.branch, target.databases)) {
      set = { ...set, scan: await scanQueries(state, set, target.databases) };
      state.evidence = set;
    } else skipStage(state, 'query scan', `not needed: ${decision.branch}`);
    const localize = (): Promise<Diagnosis> =>
      light.localize.executeWithOptions({ summary: `latency accounting and rules, branch ${decision.branch}` }, [set, decision]);
    adoptDiagnosis(state, set, await inStage(state, 'localize', localize, describeDiagnosis));
  } catch (error) {
    if (isCancellation(error)) throw error;
    adoptBreakdown(state, set, error);
  }
}
