/** Which machines serve the queue of the bisector now, as Temporal sees them. */
import type { NativeConnection } from '@temporalio/worker';
import { readWorkerIdentity } from '../adapters/temporal/key-in-use.js';
import { activityPollers } from '../adapters/temporal/queue-pollers.js';
import { bisectQueue } from '../workflows/kernel/task-queues.js';

/** Sorted names of the machines whose workers take measurements. This machine is always among them, and the only one if Temporal does not answer. */
export async function listMeasuringHosts(connection: NativeConnection, namespace: string, own: string): Promise<string[]> {
  try {
    const identities = await activityPollers(connection, { namespace, queue: bisectQueue });
    const hosts = identities.flatMap((identity) => readWorkerIdentity(identity)?.host ?? []);
    return [...new Set([...hosts, own])].sort();
  } catch {
    return [own];
  }
}
