/** Timeouts and retries of every activity, each with its reason. `startToClose` bounds one try, `scheduleToClose` the stage. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { IncidentActivities } from '../../activities/contract.js';
import { loadWindowMs } from '../../core/decisions/describe-load.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { loadQueue } from './task-queues.js';

/** What no second try can change. Type names come from `activities/translate-error.ts`. */
const nonRetryable = ['UnreadableInputError', 'RefusedError', 'EvidenceUnavailableError'];
const minuteMs = 60_000;
/** The longest load that a catalog may ask for, with its ramp-up. */
const longestLoadMs = 26 * 60 * minuteMs;

/** Reading and thinking over stored evidence: seconds at most; the stage may wait for a worker that restarts. */
export const light = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '500ms', maximumInterval: '20s', maximumAttempts: 5, nonRetryableErrorTypes: nonRetryable },
});

/** The query scan explains statements under a statement timeout of its own and heartbeats between them. */
export const scanning = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumAttempts: 3, nonRetryableErrorTypes: nonRetryable },
});

/** Telling people may fail without harm, but an escalation should survive a receiver that is down for some minutes. Nobody waits for it. */
export const notifying = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '15 minutes',
  retry: { initialInterval: '2s', maximumInterval: '1 minute', nonRetryableErrorTypes: nonRetryable },
});

/** The last word of an incident holds up its end, so it is given up soon. */
export const lastWord = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s', nonRetryableErrorTypes: nonRetryable },
});

/** Building an index takes long on a large table. Idempotent by plan id: a second try looks first whether the first one did it. */
export const remedying = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '6 hours',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '5s', maximumAttempts: 3, nonRetryableErrorTypes: nonRetryable },
});

/**
 * One k6 run. The short heartbeat shows a dead worker early and carries cancellation to k6; the retry starts the load again, after the
 * timeout, so that two loads never overlap. The stage may queue behind other incidents: one k6 per host.
 */
export function loading(plan: LoadPlan): ActivityInterfaceFor<IncidentActivities> {
  // How long a script of the user's own runs is known to k6 alone; heartbeats tell whether it is alive.
  const startToCloseMs = plan.script === null ? loadWindowMs(plan) + 2 * minuteMs : longestLoadMs;
  return proxyActivities<IncidentActivities>({
    taskQueue: loadQueue,
    startToCloseTimeout: startToCloseMs,
    scheduleToCloseTimeout: 3 * startToCloseMs + 60 * minuteMs,
    heartbeatTimeout: '10s',
    retry: { initialInterval: '2s', maximumAttempts: 4, nonRetryableErrorTypes: nonRetryable },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/**
 * A capture belongs to one load window. It is tried once: a second try would look at a window that has passed, which is worse than missing
 * evidence. When the load itself starts again, the workflow starts the captures again.
 */
export function capturing(queue: string | null, delayMs: number, durationMs: number): ActivityOptions {
  return {
    ...(queue === null ? {} : { taskQueue: queue, scheduleToStartTimeout: '30s' }),
    startToCloseTimeout: delayMs + durationMs + minuteMs,
    scheduleToCloseTimeout: delayMs + durationMs + 2 * minuteMs,
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  };
}
