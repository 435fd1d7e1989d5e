/** Turns the evidence of one window into its meaning: the branch, the query scan if the branch asks for it, the causes. */
import { isCancellation } from '@temporalio/workflow';
import type { BranchDecision, Capture, EvidenceSet } from '../../activities/contract.js';
import { needsQueryScan } from '../../core/decisions/next-stage.js';
import type { Diagnosis } from '../../core/model/diagnosis.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import { light, scanning } from './activity-options.js';
import { inStage, skipStage } from './board.js';
import type { Kernel } from './context.js';
import { describeFailure, missingFrom } from './describe-failure.js';

/** `broke`: the analysis itself failed. The evidence stays, and nothing is guessed. `set` is the evidence, including the query scan if it ran. */
export type Localization =
  | { kind: 'localized'; set: EvidenceSet; diagnosis: Diagnosis }
  | { kind: 'broke'; set: EvidenceSet; missing: MissingEvidence; reason: string };

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function describeDiagnosis({ outcome, causes }: Diagnosis): string {
  const first = causes[0];
  return first === undefined ? outcome : `${outcome}: ${first.id} in ${first.component} (${percent(first.share)} of the latency)`;
}

/** Throws only if the workflow is cancelled. */
export async function localize(kernel: Kernel, captured: EvidenceSet, databases: readonly string[]): Promise<Localization> {
  let set = captured;
  try {
    const decide = (): Promise<BranchDecision> =>
      light.decideBranch.executeWithOptions({ summary: 'where does the latency sit?' }, [captured]);
    const decision = await inStage(kernel, 'branch', decide, ({ branch }) => branch);
    if (needsQueryScan(decision.branch, databases)) set = withScan(set, await scanQueries(kernel, set, databases));
    else skipStage(kernel, 'query scan', `not needed: ${decision.branch}`);
    const judge = (): Promise<Diagnosis> =>
      light.localize.executeWithOptions({ summary: `latency accounting and rules, branch ${decision.branch}` }, [set, decision]);
    return { kind: 'localized', set, diagnosis: await inStage(kernel, 'localize', judge, describeDiagnosis) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const missing = { ...missingFrom(error, { id: 'diagnosis', what: 'the analysis of the captured evidence' }), id: 'diagnosis' };
    return { kind: 'broke', set, missing, reason: describeFailure(error) };
  }
}

function withScan(set: EvidenceSet, scan: Capture): EvidenceSet {
  return { ...set, captures: [...set.captures, { kind: 'query-scan', ...scan }] };
}

async function scanQueries(kernel: Kernel, set: EvidenceSet, databases: readonly string[]): Promise<Capture> {
  const work = (): Promise<Capture> =>
    scanning.scanQueries.executeWithOptions({ summary: `plans and index candidates of ${databases.join(', ')}` }, [set]);
  try {
    return await inStage(kernel, 'query scan', work, (capture) => capture.headline);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const missing = missingFrom(error, { id: 'query-scan', what: 'the plans of the statements of the window' });
    return { headline: `missing: ${missing.why}`, artifacts: [], missing: [missing] };
  }
}
