/** Whether load is off, and who may load a service now, as Temporal tells it: the same for all hosts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import {
  defaultPayloadConverter,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type PayloadCodec,
} from '@temporalio/common';
import {
  leaseIdOf,
  loadLeaseType,
  loadOffId,
  loadOffType,
  loadOnName,
  releaseLeaseName,
  renewLeaseName,
  type LoadLeaseStart,
  type LoadOffStart,
} from '../../core/decisions/load/load-control.js';
import { ProgramFailedError, RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import { isEncrypted } from './encrypted-payload.js';

export interface LoadOff extends LoadOffStart {
  /** ISO 8601. */
  since: string;
}

const day = 24 * 3_600_000;
/** Beyond the longest load there is, so that a lease without any worker ends, too. */
const longestLeaseMs = 27 * 3_600_000;
const askEveryMs = 1_000;

/** What an encrypted namespace is told in plain when load had to stop where its key is not known: no word of anybody. */
const untold: LoadOffStart = {
  reason: 'not told, because it was switched off where the key of this namespace is not known',
  by: 'somebody without the key',
};
const unread = 'not readable here: encrypted with another key';

/** Shows what it cannot read as such, and sends what it is given as it is. */
const blindCodec: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads),
  decode: (payloads) =>
    Promise.resolve(payloads.map((payload) => (isEncrypted(payload) ? defaultPayloadConverter.toPayload(unread) : payload))),
};

/** Whether load is off must not hang on a key. */
async function orBlind<T>(client: Client, work: (client: Client, isBlind: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(client, false);
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    const { connection, options } = client;
    return await work(new Client({ connection, namespace: options.namespace, dataConverter: { payloadCodecs: [blindCodec] } }), true);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}

/** Null while load is on. */
export async function readLoadOff(client: Client): Promise<LoadOff | null> {
  try {
    const { status, memo, startTime } = await orBlind(client, (reader) => reader.workflow.getHandle(loadOffId).describe());
    if (status.name !== 'RUNNING') return null;
    return { reason: textOf(memo?.['reason']), by: textOf(memo?.['by']), since: startTime.toISOString() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/**
 * Switching off what is off keeps the first reason; the answer is what holds now. Without the key of an encrypted namespace load stops all the same, and
 * who did it and why is kept out.
 */
export async function switchLoadOff(client: Client, taskQueue: string, off: LoadOffStart): Promise<LoadOff> {
  try {
    await orBlind(client, (sender, isBlind) => {
      const told = isBlind ? untold : off;
      const start = { workflowId: loadOffId, taskQueue, args: [told], memo: { ...told } };
      return sender.workflow.start(loadOffType, { ...start, workflowIdReusePolicy: 'ALLOW_DUPLICATE' });
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return (await readLoadOff(client)) ?? { ...off, since: new Date().toISOString() };
}

/** Why it is on again is kept as a message, which is encrypted where the rest is; the reason of a termination never is. */
export async function switchLoadOn(client: Client, on: LoadOffStart): Promise<void> {
  try {
    const handle = client.workflow.getHandle(loadOffId);
    await handle.signal(loadOnName, on);
    await handle.terminate('load is on again; the last signal says why');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

export function offMessage({ reason, by, since }: LoadOff): string {
  return `load is switched off since ${since} by ${by}: ${reason}; perf-responder load on --reason TEXT allows it again`;
}

export interface LeaseOrder extends LoadLeaseStart {
  taskQueue: string;
  plannedMs: number;
  /** Of all loads on the service in 24 hours; null = no bound. */
  budgetMs: number | null;
  signal: AbortSignal;
  onWaiting: () => void;
}

export interface Lease {
  /** Rejects when the lease is gone: another host may load by now. */
  renew: () => Promise<void>;
  release: () => Promise<void>;
}

/** Waits until nobody loads the service. Throws RefusedError when its load of the day is used up. */
export async function acquireLease(client: Client, order: LeaseOrder): Promise<Lease> {
  const { service, holder, taskQueue, signal } = order;
  const workflowId = leaseIdOf(service);
  await refuseOverBudget(client, workflowId, order);
  for (;;) {
    signal.throwIfAborted();
    try {
      const start = { workflowId, taskQueue, args: [{ service, holder }], workflowExecutionTimeout: longestLeaseMs };
      const handle = await client.workflow.start(loadLeaseType, {
        ...start,
        staticSummary: `load on ${service} by ${holder}`.slice(0, 180),
      });
      return leaseOf(client, service, handle.firstExecutionRunId);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      order.onWaiting();
      await sleep(askEveryMs, undefined, { signal });
    }
  }
}

/** A lease that somebody else took later has the same workflow id, and must not be renewed or given back for us. */
function leaseOf(client: Client, service: string, firstRunId: string): Lease {
  const state = { runId: firstRunId };
  const send = async (name: string): Promise<void> => {
    const workflowId = leaseIdOf(service);
    try {
      await client.workflow.getHandle(workflowId, state.runId).signal(name);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      // A long one has gone on as a new run.
      const { runId, raw, status } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING' || raw.workflowExecutionInfo?.firstRunId !== firstRunId) throw error;
      state.runId = runId;
      await client.workflow.getHandle(workflowId, runId).signal(name);
    }
  };
  return {
    renew: () =>
      send(renewLeaseName).catch((error: unknown) => {
        // Temporal that cannot be reached is another matter: the load fences itself by its heartbeat.
        if (!(error instanceof WorkflowNotFoundError)) return;
        const message = `the lease to load ${service} was not renewed within its time; the load is stopped, because another host may load it by now`;
        throw new ProgramFailedError({ program: 'k6', exitCode: null, message, retryable: true }, { cause: error });
      }),
    release: () => send(releaseLeaseName).catch(() => undefined),
  };
}

/** The leases themselves are the record: each runs as long as its load. */
async function refuseOverBudget(client: Client, workflowId: string, { service, budgetMs, plannedMs }: LeaseOrder): Promise<void> {
  if (budgetMs === null) return;
  const since = new Date(Date.now() - day).toISOString();
  let usedMs = 0;
  for await (const { startTime, closeTime } of client.workflow.list({ query: `WorkflowId = "${workflowId}" AND StartTime > "${since}"` }))
    usedMs += (closeTime ?? new Date()).getTime() - startTime.getTime();
  if (usedMs + plannedMs <= budgetMs) return;
  const minutes = (ms: number): string => (ms / 60_000).toFixed(1);
  throw new RefusedError(
    `load budget of ${service}: ${minutes(usedMs)} of ${minutes(budgetMs)} minutes were used in the last 24 hours, and this load takes ${minutes(plannedMs)}; wait, or raise loadMinutesPerDay in the catalog`,
  );
}
