/** Whether others encrypt what they keep on a server: seen from outside, without a key. */
import type { ConnectionLike } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { loadOffId } from '../../core/decisions/load/load-control.js';
import { isEncrypted, keyIdIn, type WritingSeen } from './encrypted-payload.js';

/** Every worker that decides or acts on incidents polls it (`workflows/kernel/task-queues.ts`). */
const incidentsQueue = 'incidents';
/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API. */
const activityQueue = 2;
/** The newest one that was given anything tells; one without arguments tells nothing. */
const looksAt = 5;

/** What Temporal shows as a worker: process, key of its payloads where it has one, and machine. */
export function workerIdentity(host: string, keyId: string | null): string {
  return `${process.pid}${keyId === null ? '' : `+${keyId}`}@${host}`;
}

/** Null when the identity is none of our workers. */
export function readWorkerIdentity(identity: string): { pid: number; keyId: string | null; host: string } | null {
  const [, pid, keyId, host] = /^(\d+)(?:\+([0-9a-f]{16}))?@(.+)$/.exec(identity) ?? [];
  return pid === undefined || host === undefined ? null : { pid: Number(pid), keyId: keyId ?? null, host };
}

/**
 * Whether the workers of this namespace encrypt, or else its newest workflow was begun encrypted. Workers of older builds do not show their key, so what
 * was begun counts before a worker that shows none. Rejects when the server does not tell: then nobody knows.
 */
export async function lookHowOthersWrite(connection: ConnectionLike, namespace: string): Promise<WritingSeen> {
  const workers = await workersOf(connection, namespace);
  const keyId = workers.find((worker) => worker.keyId !== null)?.keyId ?? null;
  if (keyId !== null) return { keyId };
  const begun = await newestOf(connection, namespace);
  return begun === 'nothing' && workers.length > 0 ? 'plain' : begun;
}

async function workersOf({ workflowService }: ConnectionLike, namespace: string): Promise<{ keyId: string | null }[]> {
  const request = { namespace, taskQueue: { name: incidentsQueue }, taskQueueType: activityQueue };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package that is not ours to import
  const { pollers } = await workflowService.describeTaskQueue(request);
  return pollers.flatMap(({ identity }) => readWorkerIdentity(identity ?? '') ?? []);
}

async function newestOf({ workflowService }: ConnectionLike, namespace: string): Promise<WritingSeen> {
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, pageSize: looksAt });
  for (const { execution } of executions) {
    if (execution == null) continue;
    const { history } = await workflowService.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 });
    const begun = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    const payloads: Payload[] = [...(begun?.input?.payloads ?? []), ...Object.values(begun?.memo?.fields ?? {})];
    const encrypted = payloads.find(isEncrypted);
    if (encrypted !== undefined) return { keyId: keyIdIn(encrypted) };
    // Load may be switched off in plain by whoever has no key (load-control.ts).
    if (payloads.length > 0 && execution.workflowId !== loadOffId) return 'plain';
  }
  return 'nothing';
}
