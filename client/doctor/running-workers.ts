import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { environmentOf } from '../../adapters/kernel/processes-that-listen.js';
import { incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';
import { failed, ok, type Check } from './check.js';

/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API. */
const activityQueue = 2;
/** A poll lasts a minute; who has not polled for longer is gone, or as good as. */
const presentMs = 75_000;

/** A worker as Temporal sees it, and its environment where it runs on this machine and we may look. */
export interface RunningWorker {
  identity: string;
  queues: string[];
  environment: ReadonlyMap<string, string> | null;
}

/** Who works on incidents and loads now. Rejects when Temporal does not answer. */
export async function findWorkers(client: Client): Promise<RunningWorker[]> {
  const namespace = client.options.namespace;
  const workers = new Map<string, string[]>();
  for (const queue of [incidentsQueue, loadQueue]) {
    const request = { namespace, taskQueue: { name: queue }, taskQueueType: activityQueue };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package that is not ours to import
    const { pollers } = await client.workflowService.describeTaskQueue(request);
    const since = Date.now() - presentMs;
    for (const { identity, lastAccessTime } of pollers) {
      if (typeof identity !== 'string' || Number(lastAccessTime?.seconds ?? 0) * 1000 < since) continue;
      workers.set(identity, [...(workers.get(identity) ?? []), queue]);
    }
  }
  return [...workers].map(([identity, queues]) => ({ identity, queues, environment: localEnvironment(identity) })).filter(isPresent);
}

/** `PID@HOST`, where the host is this one. A worker that has just died still counts as polling for a minute; its process does not. */
function localEnvironment(identity: string): ReadonlyMap<string, string> | null {
  const [, pid, host] = /^(\d+)@(.+)$/.exec(identity) ?? [];
  return pid === undefined || host !== hostname() ? null : environmentOf(Number(pid));
}

function isPresent({ identity, environment }: RunningWorker): boolean {
  return environment !== null || !identity.endsWith(`@${hostname()}`);
}

export function checkWorkers(workers: readonly RunningWorker[]): Check {
  const what = 'a worker that takes incidents and loads';
  const missing = [incidentsQueue, loadQueue].filter((queue) => !workers.some(({ queues }) => queues.includes(queue)));
  if (missing.length > 0) {
    const found = workers.length === 0 ? 'none is running' : `nobody takes ${missing.join(' and ')}`;
    return failed(
      'worker',
      what,
      found,
      'Start one with perf-responder worker on the host of the service, or everything with perf-responder dev.',
    );
  }
  const seen = workers.map(
    ({ identity, environment }) => `${identity}${environment === null ? ' (its environment cannot be seen from here)' : ''}`,
  );
  return ok('worker', what, seen.join(', '));
}
