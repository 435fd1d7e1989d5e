import type { LoadPlan, LoadResult } from '../../model/load-result.js';
import { isNobodyThere, isOutage } from './outage.js';

/** Shorter than the ten seconds that the guard allows, so that this load is never worse for the target than the first one. */
const windowMs = { warmUp: 1_000, judged: 7_000 };

/**
 * The load for a second, short look at a service that fails nearly every request: the guard ended the first load too early for its captures.
 * Null where there is nothing to look at, where the catalog itself limits the failures that a load may cause, or where the user's script
 * decides how long it runs.
 */
export function outagePlan(plan: LoadPlan, load: Pick<LoadResult, 'failedRatio' | 'errors' | 'requests'>): LoadPlan | null {
  if (plan.script !== null || plan.stopAtErrorRatio !== null || !isOutage(load) || isNobodyThere(load)) return null;
  return { ...plan, rampUpMs: 0, warmUpMs: windowMs.warmUp, durationMs: windowMs.judged, stages: undefined };
}
