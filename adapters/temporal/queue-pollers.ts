/** Who polls a task queue now, as the server sees it. */
import type { ConnectionLike } from '@temporalio/client';

/** `TaskQueueType` of Temporal's API. */
export const taskQueueTypes = { workflow: 1, activity: 2 } as const;

/** A poll lasts a minute, and the SDK gives it ten seconds more: a worker whose last poll is older has gone. */
export const pollAgeLimitMs = 75_000;

/** Identities of the workers that take activities of the queue. Rejects when Temporal does not answer. */
export async function activityPollers(
  { workflowService }: Pick<ConnectionLike, 'workflowService'>,
  { namespace, queue }: { namespace: string; queue: string },
): Promise<string[]> {
  const request = { namespace, taskQueue: { name: queue }, taskQueueType: taskQueueTypes.activity };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package that is not ours to import
  const { pollers } = await workflowService.describeTaskQueue(request);
  const since = Date.now() - pollAgeLimitMs;
  return pollers.flatMap(({ identity, lastAccessTime }) =>
    typeof identity === 'string' && Number(lastAccessTime?.seconds ?? 0) * 1000 >= since ? [identity] : [],
  );
}
