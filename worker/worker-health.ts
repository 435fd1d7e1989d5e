/** Whether the workers of this process get work. A poll that the server has not seen is none, whatever the SDK's own state says. */
import type { ConnectionLike } from '@temporalio/client';
import { pollAgeLimitMs, taskQueueTypes } from '../adapters/temporal/queue-pollers.js';

type TaskKind = keyof typeof taskQueueTypes;

export interface ServedQueue {
  taskQueue: string;
  kinds: readonly TaskKind[];
  /** RUNNING until it is told to stop, or died. */
  isRunning: () => boolean;
  /** As many activities as it may have: then it does not poll for more, and that is right. */
  isFull: () => boolean;
}

export interface QueueHealth {
  queue: string;
  kind: TaskKind;
  isPolled: boolean;
}

export interface WorkerHealth {
  /** False when only a restart helps: a worker died, or the server answers and has seen none of its polls for long. */
  isAlive: boolean;
  /** Takes work on every queue now. */
  isReady: boolean;
  queues: QueueHealth[];
  /** Why not ready; null when ready. */
  problem: string | null;
}

export const notYetConnected: WorkerHealth = { isAlive: true, isReady: false, queues: [], problem: 'not connected to Temporal yet' };

/** Twice as long as a poll and a look: what has not polled by then does not begin to by itself. */
const lostAfterMs = 180_000;
/** Probes come every few seconds, from several sides; each look asks the server once a queue. */
const lookForMs = 2_000;
const answerWithinMs = 3_000;

interface HealthSource {
  connection: ConnectionLike;
  namespace: string;
  /** As the workers name themselves to the server. */
  identity: string;
  queues: readonly ServedQueue[];
  now?: () => number;
}

/** When the server last saw a poll change, by our clock: the clocks of two machines need not agree. */
interface Sight {
  accessed: string;
  atMs: number;
}

export function createWorkerHealth(source: HealthSource): () => Promise<WorkerHealth> {
  const { queues, now = Date.now } = source;
  const sights = new Map<string, Sight>();
  const startedMs = now();
  let last: { atMs: number; health: Promise<WorkerHealth> } | null = null;
  /** Milliseconds since the last poll that the server saw; since the start when it saw none. */
  const silentMs = async (taskQueue: string, kind: TaskKind): Promise<number> => {
    const accessed = await lastAccess(source, taskQueue, kind);
    const key = `${taskQueue} ${kind}`;
    if (accessed !== null && accessed !== sights.get(key)?.accessed) sights.set(key, { accessed, atMs: now() });
    return now() - (sights.get(key)?.atMs ?? startedMs - pollAgeLimitMs);
  };
  const look = async (): Promise<WorkerHealth> => {
    const stopped = queues.filter(({ isRunning }) => !isRunning());
    if (stopped.length > 0) {
      const problem = `stopped, or stopping: ${stopped.map(({ taskQueue }) => taskQueue).join(', ')}`;
      return { isAlive: stopped.length < queues.length, isReady: false, queues: [], problem };
    }
    try {
      const seen = await Promise.all(
        queues.flatMap((queue) =>
          queue.kinds.map(async (kind) => {
            const isBusy = kind === 'activity' && queue.isFull();
            return { queue: queue.taskQueue, kind, silentMs: isBusy ? 0 : await silentMs(queue.taskQueue, kind) };
          }),
        ),
      );
      return judge(seen);
    } catch (error) {
      // Nothing that a restart would mend.
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      return { isAlive: true, isReady: false, queues: [], problem: `Temporal does not answer (${reason})` };
    }
  };
  return () => {
    if (last === null || now() - last.atMs > lookForMs) last = { atMs: now(), health: look() };
    return last.health;
  };
}

function judge(seen: readonly { queue: string; kind: TaskKind; silentMs: number }[]): WorkerHealth {
  const unpolled = seen.filter(({ silentMs }) => silentMs >= pollAgeLimitMs);
  return {
    isAlive: !unpolled.some(({ silentMs }) => silentMs >= lostAfterMs),
    isReady: unpolled.length === 0,
    queues: seen.map(({ queue, kind, silentMs }) => ({ queue, kind, isPolled: silentMs < pollAgeLimitMs })),
    problem:
      unpolled.length === 0
        ? null
        : `Temporal has seen no poll of this worker on ${unpolled.map(({ queue, kind }) => `${queue} (${kind} tasks)`).join(', ')}`,
  };
}

async function lastAccess({ connection, namespace, identity }: HealthSource, taskQueue: string, kind: TaskKind): Promise<string | null> {
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: taskQueueTypes[kind] };
  const { pollers } = await connection.withDeadline(Date.now() + answerWithinMs, () =>
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package that is not ours to import
    connection.workflowService.describeTaskQueue(request),
  );
  const times = pollers.flatMap((poller) =>
    poller.identity === identity
      ? [`${String(poller.lastAccessTime?.seconds ?? 0)}.${String(poller.lastAccessTime?.nanos ?? 0).padStart(9, '0')}`]
      : [],
  );
  return times.sort().at(-1) ?? null;
}
