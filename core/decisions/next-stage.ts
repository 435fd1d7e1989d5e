import type { Branch } from '../model/diagnosis.js';
import type { Incident } from '../model/incident.js';
import type { Outcome } from '../model/outcome.js';
import type { TargetSummary } from '../model/target.js';

/** The query scan runs only when the evidence says database, or says nothing clear. */
export function needsQueryScan(branch: Branch, databases: readonly string[]): boolean {
  return databases.length > 0 && (branch === 'db-bound' || branch === 'mixed' || branch === 'inconclusive');
}

/** These end an incident at once; every other outcome waits for a person, a re-run or its age limit. */
export function endsAtOnce(outcome: Outcome): boolean {
  return outcome === 'refused' || outcome === 'not-reproduced' || outcome === 'unproven' || outcome === 'resolved';
}

/** The place is known and the defect is not: such a cause carries no remedy. */
function namesOnlyPlaces(causes: Incident['causes']): boolean {
  return causes.every((cause) => cause.remedy.kind === 'none');
}

/**
 * Hands off to the commit bisector by itself when no defect was named: there is no cause, or only the place where the time goes. The bisector needs neither the missing
 * evidence nor a person, so it can search meanwhile. Without a configured repository it cannot, and getting the missing evidence is the better next step.
 */
export function shouldHandOff(
  incident: Pick<Incident, 'outcome' | 'causes' | 'missingEvidence'>,
  target: Pick<TargetSummary, 'repositoryConfigured'>,
): boolean {
  const isUnknown = incident.outcome === 'inconclusive' || (incident.outcome !== 'capacity' && namesOnlyPlaces(incident.causes));
  return isUnknown && (target.repositoryConfigured || incident.missingEvidence.length === 0);
}

/** A person must look: something waits for a decision, or nobody has said yet that they are on it. */
export function needsHuman(state: { isWaiting: boolean; hasOpenPlan: boolean; isAcknowledged: boolean; outcome: Outcome | null }): boolean {
  if (!state.isWaiting || state.outcome === 'resolved') return false;
  return state.hasOpenPlan || !state.isAcknowledged;
}
