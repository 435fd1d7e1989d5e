/** Names of the task queues, one meaning each. */

/** Workflows and light activities. */
export const incidentsQueue = 'incidents';
/** Load generators: one load at a time on each host. */
export const loadQueue = 'load';
/** Searches for a commit, and what any of their machines can do. */
export const bisectQueue = 'bisect';

/**
 * The worker of one machine: it captures what runs there and stores the files of loads that ran there. The catalog names a host with `process: { host: NAME
 * }`.
 */
export function hostQueue(host: string): string {
  return `host-${host}`;
}

/** The bisector's workers of one machine: worktrees are there, and only runs of one machine can be compared. */
export function bisectHostQueue(host: string): string {
  return `${bisectQueue}-${host}`;
}

/** What a worker can be asked to serve. */
export const workerRoles = ['incidents', 'load', 'host', 'bisect'] as const;
export type WorkerRole = (typeof workerRoles)[number];
