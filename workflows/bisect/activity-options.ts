/** Timeouts and retries of the bisector's activities, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { BisectActivities } from '../../activities/bisect-contract.js';
import { loadWindowMs } from '../../core/decisions/describe-load.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { bisectHostQueue, bisectQueue } from '../kernel/task-queues.js';

const nonRetryable = ['UnreadableInputError', 'RefusedError'];
const minuteMs = 60_000;

/** Reading the repository, writing the report, cleaning up: on the worker that has the worktrees. */
export const bisecting = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 5, nonRetryableErrorTypes: nonRetryable },
});

/** The last word of a search holds up its end, so it is given up soon. */
export const tellingEnd = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s', nonRetryableErrorTypes: nonRetryable },
});

/** A queue that one machine alone serves: where the worktrees are, and where the level of the runs is known. */
function queueOf(host: string | null): Pick<ActivityOptions, 'taskQueue' | 'scheduleToStartTimeout'> {
  // Its worker has room for more activities than a search needs, so that a wait this long means that it is gone.
  return host === null ? { taskQueue: bisectQueue } : { taskQueue: bisectHostQueue(host), scheduleToStartTimeout: '1 minute' };
}

/** Removes what a machine holds of a search; null = whoever serves the queue. */
export function cleaning(host: string | null): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    ...queueOf(host),
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: '1 hour',
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 5, nonRetryableErrorTypes: nonRetryable },
  });
}

/** A build ahead is worth one attempt: the measurement builds by itself when it fails. */
export function buildingAhead(host: string | null): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    ...queueOf(host),
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/** A build may take its ten minutes and the start one; the heartbeat shows a dead worker within seconds. Two profiles are two such runs. */
export function measuring(load: LoadPlan, host: string | null): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    ...queueOf(host),
    startToCloseTimeout: 2 * loadWindowMs(load) + 30 * minuteMs,
    scheduleToCloseTimeout: '6 hours',
    heartbeatTimeout: '10s',
    retry: { initialInterval: '2s', maximumAttempts: 4, nonRetryableErrorTypes: nonRetryable },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
