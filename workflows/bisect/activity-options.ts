/** Timeouts and retries of the bisector's activities, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { BisectActivities } from '../../activities/bisect-contract.js';
import { bisectHostQueue, bisectQueue } from '../kernel/task-queues.js';

const nonRetryableErrorTypes = ['UnreadableInputError', 'RefusedError'];

/** Reading the repository, writing the report: on a worker that has the repository. How often they may fail is decided where they run. */
export const bisecting = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1s', maximumInterval: '30s', nonRetryableErrorTypes },
});

/** The last word of a search holds up its end, so it is given up soon. */
export const tellingEnd = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s', nonRetryableErrorTypes },
});

/** A queue that one machine alone serves: where the worktrees are, and where the level of the runs is known. */
function queueOf(host: string | null): Pick<ActivityOptions, 'taskQueue' | 'scheduleToStartTimeout'> {
  // Its worker has room for more activities than a search needs, so that a wait this long means that it is gone.
  return host === null ? { taskQueue: bisectQueue } : { taskQueue: bisectHostQueue(host), scheduleToStartTimeout: '1 minute' };
}

/** How long a machine may be away that still has to clean up: a night and the morning after it. */
const cleanUpPatience = '12 hours';

/**
 * Removes what a machine holds of a search; null = whoever serves the queue. Tried for hours, because nobody else will: the answer has been given
 * by then, so nobody waits for it.
 */
export function cleaning(host: string | null): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    taskQueue: host === null ? bisectQueue : bisectHostQueue(host),
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: cleanUpPatience,
    retry: { initialInterval: '1s', maximumInterval: '5 minutes' },
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

/**
 * A build may take its ten minutes and the start one; two profiles are two such runs. Each part limits its own time where it runs, so waiting for
 * the machine is no part of it; the heartbeat shows a dead worker within seconds. How often it may fail is decided where it runs: a worker that died
 * says nothing about a commit.
 */
export function measuring(host: string | null): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    ...queueOf(host),
    startToCloseTimeout: '6 hours',
    scheduleToCloseTimeout: '1 day',
    heartbeatTimeout: '15s',
    retry: { initialInterval: '2s', maximumInterval: '30s', nonRetryableErrorTypes },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
