/** Timeouts and retries of the bisector's activities, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { BisectActivities } from '../../activities/bisect-contract.js';
import { bisectHostQueue, bisectQueue } from '../kernel/task-queues.js';

const nonRetryableErrorTypes = ['UnreadableInputError', 'RefusedError'];

/** Reads the repository and writes the report, on a worker that has the repository. How often an activity may fail is decided where it runs. */
export const bisecting = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1s', maximumInterval: '30s', nonRetryableErrorTypes },
});

/** The last notification of a search delays its end, so it is given up soon. */
export const tellingEnd = proxyActivities<BisectActivities>({
  taskQueue: bisectQueue,
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s', nonRetryableErrorTypes },
});

/** A queue that a single machine serves: its worktrees are there, and so is the known level of its runs. */
function queueOf(host: string | null): Pick<ActivityOptions, 'taskQueue' | 'scheduleToStartTimeout'> {
  // The worker has room for more activities than a search needs, so a wait this long means that it is gone.
  return host === null ? { taskQueue: bisectQueue } : { taskQueue: bisectHostQueue(host), scheduleToStartTimeout: '1 minute' };
}

/** How long a machine that still has to clean up may be away: a night and the next morning. */
const cleanUpPatience = '12 hours';

/**
 * Removes what a machine holds of a search; null = whoever serves the queue. It is retried for hours because nobody else will do it; the answer has been
 * given by then, so nobody waits.
 */
export function cleaning(host: string | null): ActivityInterfaceFor<BisectActivities> {
  return proxyActivities<BisectActivities>({
    taskQueue: host === null ? bisectQueue : bisectHostQueue(host),
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: cleanUpPatience,
    retry: { initialInterval: '1s', maximumInterval: '5 minutes' },
  });
}

/** Building ahead gets one attempt: if it fails, the measurement builds by itself. */
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
 * A build may take ten minutes and a start one; two profiles are two such runs. Each part limits its own time where it runs, so that waiting for the
 * machine does not count; the heartbeat shows a dead worker within seconds. How often it may fail is decided where it runs, because a worker that died says
 * nothing about a commit.
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
