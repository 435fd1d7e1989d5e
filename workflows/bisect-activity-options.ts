/** Timeouts and retries of the bisector's activities, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { BisectActivities } from '../activities/bisect-contract.js';
import { loadWindowMs } from '../core/decisions/describe-load.js';
import type { LoadPlan } from '../core/model/load-result.js';
import { bisectQueue } from './activity-options.js';

const hopeless = ['UnreadableInputError', 'RefusedError'];
const minuteMs = 60_000;

/** Reading the repository, writing the report, cleaning up: on the worker that has the worktrees. */
export const bisecting = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 5, nonRetryableErrorTypes: hopeless },
});

/** A build may take its ten minutes and the start one; the heartbeat shows a dead worker within seconds. Two profiles are two such runs. */
export function measuring(load: LoadPlan): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    taskQueue: bisectQueue,
    startToCloseTimeout: 2 * loadWindowMs(load) + 30 * minuteMs,
    scheduleToCloseTimeout: '6 hours',
    heartbeatTimeout: '10s',
    retry: { initialInterval: '2s', maximumAttempts: 4, nonRetryableErrorTypes: hopeless },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
