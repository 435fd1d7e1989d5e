/** Which machines serve the queue of the bisector now, as Temporal sees them. */
import type { NativeConnection } from '@temporalio/worker';
import { readWorkerIdentity } from '../adapters/temporal/key-in-use.js';
import { bisectQueue } from '../workflows/kernel/task-queues.js';

/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API. */
const activityQueue = 2;
/** A poll lasts a minute: a worker that has not polled for longer than that no longer serves the queue. */
const presentMs = 75_000;

/** Names of the machines whose workers take measurements, this one always among them; sorted. Alone when Temporal does not tell. */
export async function listMeasuringHosts(connection: NativeConnection, namespace: string, own: string): Promise<string[]> {
  try {
    const request = { namespace, taskQueue: { name: bisectQueue }, taskQueueType: activityQueue };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package that is not ours to import
    const { pollers } = await connection.workflowService.describeTaskQueue(request);
    const since = Date.now() - presentMs;
    const hosts = pollers.flatMap(({ identity, lastAccessTime }) => {
      const isPresent = Number(lastAccessTime?.seconds ?? 0) * 1000 >= since;
      return isPresent ? (readWorkerIdentity(identity ?? '')?.host ?? []) : [];
    });
    return [...new Set([...hosts, own])].sort();
  } catch {
    return [own];
  }
}
