import { isCancellation, log } from '@temporalio/workflow';
import type { LoadRun } from '../../activities/contract.js';
import type { HealthyRun } from '../../core/model/comparison.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { light } from '../kernel/activity-options.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { measuredLoad } from '../kernel/hold-load.js';
import type { IncidentState } from './incident-state.js';

/** Records runs of a service that keeps its budgets, as the baseline of later incidents. If that fails, nobody is harmed now. */
export async function rememberHealthy(
  { findings }: IncidentState,
  plan: LoadPlan,
  runs: readonly LoadRun[],
  source: HealthyRun['source'],
): Promise<void> {
  const { endpoint, incidentId } = findings;
  try {
    for (const run of runs)
      await light.keepHealthyRun.executeWithOptions({ summary: `${source}: remember what the load costs when all is well` }, [
        { endpoint, plan, run: { ...measuredLoad(run), source, incidentId } },
      ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the healthy run was not kept', { reason: describeFailure(error) });
  }
}
