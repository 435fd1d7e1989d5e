/** Timeouts and retries of every activity, each with its reason. `startToClose` bounds one try, `scheduleToClose` the stage. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { IncidentActivities } from '../../activities/contract.js';
import { ageLimitMs } from '../../core/decisions/escalation.js';
import { hostQueue, loadQueue } from './task-queues.js';

/** Errors that no second try can change. `activities/translate-error.ts` gives these type names. */
export const nonRetryableErrorTypes = ['UnreadableInputError', 'RefusedError', 'EvidenceUnavailableError'];
const minuteMs = 60_000;

/**
 * How long an activity may wait for a worker: as long as the story that asked may live. A missing worker says nothing about the world, so it ends nothing.
 * How often an activity may fail is decided where it runs (`activities/limit-tries.ts`), because the server cannot tell a worker that died from an error
 * that was thrown.
 */
const patienceMs = ageLimitMs + 24 * 60 * minuteMs;

/** Reads and judges stored evidence: takes seconds at most. */
export const light = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: patienceMs,
  retry: { initialInterval: '500ms', maximumInterval: '20s', nonRetryableErrorTypes },
});

/** The query scan explains statements under a statement timeout of its own and heartbeats between them. */
export const scanning = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: patienceMs,
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '20s', nonRetryableErrorTypes },
});

/** A notification may fail without harm, but an escalation should survive a receiver that is down for some minutes. Nobody waits for it. */
export const notifying = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '15 minutes',
  retry: { initialInterval: '2s', maximumInterval: '1 minute', nonRetryableErrorTypes },
});

/** The last notification of an incident delays its end, so it is given up soon. */
export const lastWord = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s', nonRetryableErrorTypes },
});

/** Building an index takes long on a large table. The activity is idempotent by plan id: a second try first looks whether the first one did it. */
export const remedying = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: patienceMs,
  heartbeatTimeout: '10s',
  retry: { initialInterval: '5s', maximumInterval: '1 minute', nonRetryableErrorTypes },
});

/**
 * One k6 run. The heartbeat shows a dead worker early and carries cancellation to k6. Its timeout is 5 s longer than the ten seconds after which a load
 * without contact stops itself (`activities/fence.ts`): k6 is gone before the retry starts the load again, so two never overlap. Waiting for the machine
 * does not count as the load's own time, which the activity limits itself (`loadTimeLimitMs`). Four starts of a load on a service in trouble are enough.
 */
export function loading(priorityKey: number): ActivityInterfaceFor<IncidentActivities> {
  return proxyActivities<IncidentActivities>({
    taskQueue: loadQueue,
    startToCloseTimeout: patienceMs,
    scheduleToCloseTimeout: patienceMs,
    heartbeatTimeout: '15s',
    retry: { initialInterval: '2s', maximumAttempts: 4, nonRetryableErrorTypes },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    priority: { priorityKey },
  });
}

/**
 * The files of a load are on one machine. The activity waits for its worker to restart. If the machine stays away, the files are lost but not the incident,
 * whose numbers are already in the history.
 */
export function storing(host: string): ActivityInterfaceFor<IncidentActivities> {
  return proxyActivities<IncidentActivities>({
    taskQueue: hostQueue(host),
    startToCloseTimeout: '2 minutes',
    scheduleToStartTimeout: '20 minutes',
    scheduleToCloseTimeout: '30 minutes',
    retry: { initialInterval: '1s', maximumInterval: '20s', nonRetryableErrorTypes },
  });
}

/**
 * A capture belongs to one load window and is tried once: a second try would observe a window that has passed, which is worse than missing evidence. If the
 * load itself starts again, the workflow starts the captures again.
 */
export function capturing(queue: string, delayMs: number, durationMs: number): ActivityOptions {
  return {
    taskQueue: queue,
    scheduleToStartTimeout: '30s',
    startToCloseTimeout: delayMs + durationMs + minuteMs,
    scheduleToCloseTimeout: delayMs + durationMs + 2 * minuteMs,
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  };
}
