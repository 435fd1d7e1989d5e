/** Names of the workflows that say whether, and by whom, load may be put on services. Shared by workflows, workers and the command line. */

/** Load is off everywhere while a workflow of this id runs: to see that takes no worker. */
export const loadOffId = 'perf-load-off';
export const loadOffType = 'loadOff';
/** Says why load is on again, before its workflow is ended. */
export const loadOnName = 'loadOn';

/** One load at a time on a service, over all hosts, so that its `maxRate` holds for the service: who holds the lease runs this workflow. */
export const loadLeaseType = 'loadLease';
export const renewLeaseName = 'renewLoadLease';
export const releaseLeaseName = 'releaseLoadLease';

/** A holder that is silent for so long has died. Three renewals fit in. */
export const leaseMs = 30_000;
export const renewEveryMs = 10_000;

export function leaseIdOf(service: string): string {
  return `perf-load-of-${service}`;
}

export interface LoadLeaseStart {
  service: string;
  /** Who loads: an incident, on which host. */
  holder: string;
  /** Silence after which it is gone; `leaseMs` when absent. */
  ttlMs?: number;
}

export interface LoadOffStart {
  reason: string;
  by: string;
}
