import type { EvidenceSet } from '../../activities/contract.js';
import type { ArtifactRef } from '../../core/model/artifact.js';
import type { Diagnosis } from '../../core/model/diagnosis.js';
import { localize, type Localization } from '../kernel/localize.js';
import { addReason, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import { enter } from './publish.js';

function artifactsOf({ captures }: EvidenceSet): ArtifactRef[] {
  return captures.flatMap(({ artifacts }) => artifacts);
}

function adoptDiagnosis(state: IncidentState, set: EvidenceSet, diagnosis: Diagnosis): void {
  const { findings, timeline } = state;
  const {
    outcome,
    branch,
    accounting,
    accountChecks = [],
    causes,
    ruledOut,
    missingEvidence,
    notJudged = [],
    evidence,
    reasons,
  } = diagnosis;
  const found = { outcome, branch, accounting, accountChecks, causes, ruledOut, missingEvidence, notJudged, evidence };
  state.findings = { ...findings, ...found, artifacts: [...findings.artifacts, ...artifactsOf(set)] };
  for (const reason of reasons) addReason(state, reason);
  const told = causes.map(({ id, component, share }) => ({ id, component, share }));
  const text = `${outcome}: ${causes[0]?.summary ?? reasons[0] ?? 'no cause stands'}`;
  timeline.record({ kind: 'diagnosis', outcome, causes: told, text, evidence: causes[0]?.evidence ?? [] });
}

/** The analysis itself failed. The captured evidence stays, and the outcome says so instead of guessing. */
function adoptBreakdown(state: IncidentState, { set, missing, reason }: Extract<Localization, { kind: 'broke' }>): void {
  const { findings, timeline } = state;
  const gaps = set.captures.flatMap((capture) => capture.missing);
  const artifacts = [...findings.artifacts, ...artifactsOf(set)];
  state.findings = { ...findings, outcome: 'inconclusive', missingEvidence: [...gaps, missing], artifacts };
  addReason(state, `the analysis failed: ${reason}`);
  timeline.record({ kind: 'diagnosis', outcome: 'inconclusive', causes: [], text: `the analysis failed: ${reason}` });
}

/** Stages 2 to 4: flame graph and account decide the branch, the query scan runs if the branch asks for it, the rules name the cause. */
export async function diagnose(state: IncidentState, { target }: ResolvedLoad): Promise<void> {
  if (state.evidence === null) return;
  enter(state, 'diagnosing', 'reading the captures');
  const answer = await localize(state.kernel, state.evidence, target.databases);
  state.evidence = answer.set;
  if (answer.kind === 'localized') adoptDiagnosis(state, answer.set, answer.diagnosis);
  else adoptBreakdown(state, answer);
}
