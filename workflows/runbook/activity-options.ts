/** Timeouts and retries of what a run asks of the world, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { RunbookActivities } from '../../activities/runbook/contract.js';
import { nonRetryableErrorTypes } from '../kernel/activity-options.js';

/** Time that a program needs to end after its signal, and to store its answer. */
const afterTimeoutMs = 15_000;

/** Reading the snapshot and the catalog. */
export const reading = proxyActivities<Pick<RunbookActivities, 'openRunbook' | 'resolveApprovers'>>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes },
});

/** Probes and simulations change nothing, so they may be retried. */
export function looking(timeoutMs: number): ActivityInterfaceFor<Pick<RunbookActivities, 'prepareAction' | 'simulateAction'>> {
  return proxyActivities<Pick<RunbookActivities, 'prepareAction' | 'simulateAction'>>({
    startToCloseTimeout: timeoutMs + afterTimeoutMs,
    heartbeatTimeout: '10s',
    retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 5, nonRetryableErrorTypes },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/**
 * One step, tried once: its probe or a person decides whether it may be repeated, never a retry. A worker that fell silent is noticed after ten seconds;
 * its program ended with it (adapters/kernel/guarded-process.ts).
 */
export function performing(timeoutMs: number): ActivityInterfaceFor<Pick<RunbookActivities, 'performAction'>> {
  return proxyActivities<Pick<RunbookActivities, 'performAction'>>({
    startToCloseTimeout: timeoutMs + afterTimeoutMs,
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
