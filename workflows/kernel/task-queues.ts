/** Names of the task queues, one meaning each. */

/** Workflows and light activities. */
export const incidentsQueue = 'incidents';
/** Load generators: one load at a time on each host. */
export const loadQueue = 'load';
/** Searches for a commit, and what any of their machines can do. */
export const bisectQueue = 'bisect';

/** The worker of one machine: captures of what runs there, and files that a load left there. The catalog names a host with `process: { host: NAME }`. */
export function hostQueue(host: string): string {
  return `host-${host}`;
}

/** Queue of the bisector's workers of one machine: worktrees are there, and runs of one machine compare. */
export function bisectHostQueue(host: string): string {
  return `${bisectQueue}-${host}`;
}

/** What a worker may be asked to serve. */
export const workerRoles = ['incidents', 'load', 'host', 'bisect'] as const;
export type WorkerRole = (typeof workerRoles)[number];
