/** Timeouts and retries of what a run asks of the world, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { RunbookActivities } from '../../activities/runbook/contract.js';
import { nonRetryableErrorTypes } from '../kernel/activity-options.js';

/** What a program needs to end after its signal, and its answer to be stored. */
const afterTimeoutMs = 15_000;

/** Reading the snapshot and the catalog. */
export const reading = proxyActivities<Pick<RunbookActivities, 'openRunbook' | 'resolveApprovers'>>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes },
});

/** Probes and simulations change nothing, so they may be asked again. */
export function looking(timeoutMs: number): ActivityInterfaceFor<Pick<RunbookActivities, 'prepareAction' | 'simulateAction'>> {
  return proxyActivities<Pick<RunbookActivities, 'prepareAction' | 'simulateAction'>>({
    startToCloseTimeout: timeoutMs + afterTimeoutMs,
    heartbeatTimeout: '10s',
    retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 5, nonRetryableErrorTypes },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/**
 * One step, once: whether it may be done again is decided by its probe or by a person, never by a retry. A worker that fell silent is noticed after
 * ten seconds; its program was ended with it (adapters/kernel/guarded-process.ts).
 */
export function performing(timeoutMs: number): ActivityInterfaceFor<Pick<RunbookActivities, 'performAction'>> {
  return proxyActivities<Pick<RunbookActivities, 'performAction'>>({
    startToCloseTimeout: timeoutMs + afterTimeoutMs,
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
