import type { Branch, Incident, Outcome, TargetSummary } from '../model/incident.js';

/** The query scan runs only when the evidence says database, or says nothing clear. */
export function needsQueryScan(branch: Branch, databases: readonly string[]): boolean {
  return databases.length > 0 && (branch === 'db-bound' || branch === 'mixed' || branch === 'inconclusive');
}

/** These end an incident at once; every other outcome waits for a person, a re-run or its age limit. */
export function endsAtOnce(outcome: Outcome): boolean {
  return outcome === 'refused' || outcome === 'not-reproduced' || outcome === 'unproven' || outcome === 'resolved';
}

/**
 * The commit bisector is asked without being told when no cause stands. It needs no evidence that is missing and no person who gets it, so it
 * searches meanwhile; where no repository is configured it cannot, and getting what is missing is the better next step.
 */
export function shouldHandOff(
  incident: Pick<Incident, 'outcome' | 'causes' | 'missingEvidence'>,
  target: Pick<TargetSummary, 'repositoryConfigured'>,
): boolean {
  const isUnknown = incident.outcome === 'inconclusive' || (incident.outcome !== 'capacity' && incident.causes.length === 0);
  return isUnknown && (target.repositoryConfigured || incident.missingEvidence.length === 0);
}

/** A person must look: something waits for a decision, or nobody has said yet that they are on it. */
export function needsHuman(state: { isWaiting: boolean; hasOpenPlan: boolean; isAcknowledged: boolean; outcome: Outcome | null }): boolean {
  if (!state.isWaiting || state.outcome === 'resolved') return false;
  return state.hasOpenPlan || !state.isAcknowledged;
}
