/** Timeouts and retries of every activity, each with its reason. `startToClose` bounds one try, `scheduleToClose` the stage. */
import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { IncidentActivities } from '../../activities/contract.js';
import { ageLimitMs } from '../../core/decisions/escalation.js';
import { hostQueue, loadQueue } from './task-queues.js';

/** What no second try can change. Type names come from `activities/translate-error.ts`. */
export const nonRetryableErrorTypes = ['UnreadableInputError', 'RefusedError', 'EvidenceUnavailableError'];
const minuteMs = 60_000;

/**
 * How long an activity may wait for a worker: as long as the story that asked may live. A worker that is away is no answer of the world, so it
 * ends nothing. How often an activity may fail is decided where it runs (`activities/limit-tries.ts`): there a worker that died and an error that
 * was thrown are told apart, which the server cannot.
 */
const patienceMs = ageLimitMs + 24 * 60 * minuteMs;

/** Reading and thinking over stored evidence: seconds at most. */
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

/** Telling people may fail without harm, but an escalation should survive a receiver that is down for some minutes. Nobody waits for it. */
export const notifying = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '15 minutes',
  retry: { initialInterval: '2s', maximumInterval: '1 minute', nonRetryableErrorTypes },
});

/** The last word of an incident holds up its end, so it is given up soon. */
export const lastWord = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s', nonRetryableErrorTypes },
});

/** Building an index takes long on a large table. Idempotent by plan id: a second try looks first whether the first one did it. */
export const remedying = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: patienceMs,
  heartbeatTimeout: '10s',
  retry: { initialInterval: '5s', maximumInterval: '1 minute', nonRetryableErrorTypes },
});

/**
 * One k6 run. The heartbeat shows a dead worker early and carries cancellation to k6. Its timeout is 5 s longer than the ten seconds after which a
 * load that nobody hears of stops itself (`activities/fence.ts`): k6 is gone before the retry starts the load again, so two never overlap. Waiting
 * for the machine is no part of the load's own time, which the activity limits itself (`loadTimeLimitMs`); four starts of a load on a sick service
 * are enough.
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
 * The files of a load lie on one machine. A restart of its worker is waited for; a machine that stays away costs the files, not the incident, whose
 * numbers are in the history already.
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
 * A capture belongs to one load window. It is tried once: a second try would look at a window that has passed, which is worse than missing
 * evidence. When the load itself starts again, the workflow starts the captures again.
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
