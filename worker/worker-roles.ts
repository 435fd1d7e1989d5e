/** Which queues a role serves, and how many of their tasks at once. */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';
import { UnreadableInputError } from '../core/model/errors.js';
import { bisectQueue, hostQueue, incidentsQueue, loadQueue, type WorkerRole } from '../workflows/kernel/task-queues.js';

/** Roles whose workers run workflows. */
export function decides(role: WorkerRole): boolean {
  return role === 'incidents' || role === 'bisect';
}

/** The bundle that the build left, seen from the compiled file and from the source file alike. */
export async function findBundle(): Promise<string> {
  for (const candidate of ['../workflow-bundle.js', '../dist/workflow-bundle.js']) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new UnreadableInputError('the workflow bundle: expected dist/workflow-bundle.js, got nothing; run npm run build');
}

export interface QueueOptions extends Pick<WorkerOptions, 'taskQueue'> {
  maxConcurrentActivityTaskExecutions: number;
}

/**
 * What a load left lies on its machine, and captures look where the load runs when the catalog names no other place: whoever runs loads or decides
 * also answers for its own machine.
 */
export function withHost(roles: readonly WorkerRole[]): WorkerRole[] {
  const isOnlyBisect = roles.every((role) => role === 'bisect');
  return [...new Set<WorkerRole>([...roles, ...(isOnlyBisect ? [] : (['host'] as const))])];
}

export function optionsOf(role: WorkerRole, host: string): QueueOptions {
  switch (role) {
    case 'incidents':
      return { taskQueue: incidentsQueue, maxConcurrentActivityTaskExecutions: 40 };
    case 'load':
      // Two loads on one host measure each other.
      return { taskQueue: loadQueue, maxConcurrentActivityTaskExecutions: 1 };
    case 'host':
      return { taskQueue: hostQueue(host), maxConcurrentActivityTaskExecutions: 8 };
    case 'bisect':
      // Commits are measured one at a time all the same; reading and cleaning up need not wait for one that is being built.
      return { taskQueue: bisectQueue, maxConcurrentActivityTaskExecutions: 8 };
  }
}
