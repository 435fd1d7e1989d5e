import type { Outcome } from '../../model/outcome.js';
import type { Rerun } from '../../model/rerun.js';
import type { ConfirmationVerdict } from '../../model/load-result.js';

/**
 * What a re-run proves. Resolved needs both: the numbers are inside the budget, and either they improved beyond noise or the symptom is gone.
 * Being back to the baseline is told beside it and decides nothing. A run that proves nothing (too short, broken) stays `unproven`: it is no
 * proof of a fix and none of a failure.
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

/** The verdict of several runs of one request: those that prove nothing are left out; of five or more, one may show the symptom. */
export function verdictOfRuns(verdicts: readonly ConfirmationVerdict[]): ConfirmationVerdict {
  const proven = verdicts.filter((verdict) => verdict !== 'unproven');
  if (proven.length === 0) return 'unproven';
  const confirmed = proven.filter((verdict) => verdict === 'confirmed').length;
  return confirmed > (proven.length >= 5 ? 1 : 0) ? 'confirmed' : 'not-reproduced';
}

/** The outcome of the incident after a re-run: an unproven run changes nothing. */
export function incidentOutcomeAfter(before: Outcome | null, rerun: Outcome): Outcome | null {
  return rerun === 'unproven' ? before : rerun;
}
