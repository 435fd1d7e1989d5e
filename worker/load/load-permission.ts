/**
 * No load without permission: the fleet's switch is on, we have the lease of the service, and its budget of the day allows the load. All of it is watched
 * while the load runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { acquireLease, offMessage, readLoadOff, type Lease } from '../../adapters/temporal/load-control.js';
import { renewEveryMs } from '../../core/decisions/load/load-control.js';
import { RefusedError } from '../../core/model/errors.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';

/** Half of the two seconds in which the switch has to be obeyed. */
const lookEveryMs = 1_000;

export interface LeasedLoad {
  service: string;
  holder: string;
  plannedMs: number;
  budgetMs: number | null;
}

interface PermittedLoad {
  /** Null: the load is for a process of our own, which needs no lease. */
  lease: LeasedLoad | null;
  signal: AbortSignal;
  onWaiting: (inFront: number) => void;
}

export type LoadPermission = <T>(load: PermittedLoad, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export function createLoadPermission(client: Client): LoadPermission {
  return async (load, work) => {
    await refuseIfOff(client);
    const lease =
      load.lease === null
        ? null
        : await acquireLease(client, { ...load.lease, taskQueue: incidentsQueue, signal: load.signal, onWaiting: () => load.onWaiting(1) });
    const stopped = new AbortController();
    const ended = new AbortController();
    const watching = watch(client, lease, ended.signal).catch((error: unknown) => stopped.abort(error));
    try {
      return await work(AbortSignal.any([load.signal, stopped.signal]));
    } catch (error) {
      throw stopped.signal.aborted ? (stopped.signal.reason as Error) : error;
    } finally {
      ended.abort();
      await watching;
      await lease?.release();
    }
  };
}

async function refuseIfOff(client: Client): Promise<void> {
  const off = await readLoadOff(client);
  if (off !== null) throw new RefusedError(offMessage(off));
}

/** Rejects when the load has to stop. */
async function watch(client: Client, lease: Lease | null, ended: AbortSignal): Promise<void> {
  let renewedAtMs = Date.now();
  const isOver = async (): Promise<boolean> => sleep(lookEveryMs, false, { signal: ended }).catch(() => true);
  while (!(await isOver())) {
    // A failed look says nothing: without Temporal the load is ended by its own heartbeat.
    const off = await readLoadOff(client).catch(() => null);
    if (off !== null) throw new RefusedError(offMessage(off));
    if (Date.now() - renewedAtMs < renewEveryMs) continue;
    await lease?.renew();
    renewedAtMs = Date.now();
  }
}
