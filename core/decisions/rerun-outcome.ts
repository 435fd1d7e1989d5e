import type { Outcome, Rerun } from '../model/incident.js';
import type { ConfirmationVerdict } from '../model/load-result.js';

/**
 * What a re-run proves. Resolved needs both: the numbers are inside the budget, and either they improved beyond noise or the symptom is gone.
 * A run that proves nothing (too short, broken) stays `unproven`: it is no proof of a fix and none of a failure.
 */
export function outcomeOfRerun(
  comparison: Pick<Rerun, 'verdict' | 'withinBudget'>,
  confirmation: ConfirmationVerdict,
): Extract<Outcome, 'resolved' | 'still-failing' | 'unproven'> {
  if (confirmation === 'unproven') return 'unproven';
  const isGone = confirmation === 'not-reproduced';
  if (comparison.withinBudget && comparison.verdict !== 'regressed' && (comparison.verdict === 'improved' || isGone)) return 'resolved';
  return 'still-failing';
}

/** The outcome of the incident after a re-run: an unproven run changes nothing. */
export function incidentOutcomeAfter(before: Outcome | null, rerun: Outcome): Outcome | null {
  return rerun === 'unproven' ? before : rerun;
}
