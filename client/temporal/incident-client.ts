/** Everything that commands and the hook do with incidents. Every call to Temporal is bounded in time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { AlertSummary, TriageOptions } from '../../activities/contract.js';
import { triageWorkflowId } from '../../adapters/temporal/triage-workflow-id.js';
import { ageLimitMs } from '../../core/decisions/escalation.js';
import { escapeMarkdown } from '../../core/decisions/escape-markdown.js';
import type { RemedyDecision } from '../../core/decisions/remedy/remedy-approval.js';
import { RefusedError } from '../../core/model/errors.js';
import type { Symptom } from '../../core/model/incident.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { episodeRunOf, incidentIdOf } from '../../workflows/respond/incident-id.js';
import {
  acknowledgeUpdate,
  alertFiredSignal,
  closeIncidentSignal,
  decideRemedyUpdate,
  handOffSignal,
  rerunConfirmationSignal,
  type ConfirmationRecord,
  type DecisionAccepted,
  type IncidentStart,
  type IncidentStatus,
  type RerunRequest,
} from '../../workflows/respond/messages.js';
import {
  perfEndpoint,
  perfNeedsHuman,
  perfPhase,
  perfService,
  perfSeverity,
  perfVerdict,
} from '../../workflows/respond/search-attributes.js';
import type { respondToIncident } from '../../workflows/respond/respond-to-incident.js';
import { callTimeoutMs, explainEnded, explainUpdate, withinDeadline } from './bounded-calls.js';
import { findIncident, listingOf, type IncidentListing } from './incident-lookup.js';
import { followStatus, readStatus, StuckIncidentError, stuckStatus, type WaitOptions } from './incident-status.js';
import { whyStuck } from './stuck-task.js';

export interface StartRequest {
  /** Catalog key `service/endpoint` (resolve it first, so that every name of an endpoint leads to the same incident), or `METHOD URL`. */
  endpoint: string;
  service: string;
  alert: AlertSummary;
  symptom: Symptom | null;
  options: TriageOptions;
}

export interface StartedIncident {
  incidentId: string;
  /** False: attached to the incident that was open already; `options` had no effect. */
  started: boolean;
  /** Why it does not progress; absent when it does. */
  problem?: string;
}

/** What the server knows of an incident without asking a worker. */
export interface IncidentState {
  /** ISO 8601; null while it is open. */
  endedAt: string | null;
  /** Why it does not progress; null when it does. */
  problem: string | null;
}

/** An update needs a worker to answer. */
const updateTimeoutMs = 10_000;
/** The next history begins within milliseconds. */
const mostTries = 5;
const pollEveryMs = 400;

export type IncidentClient = ReturnType<typeof createIncidentClient>;

/** Operations on incidents over one Temporal client. `id` is an incident id, or `service/endpoint` for the newest incident there. */
export function createIncidentClient(client: Client) {
  const bounded = <T>(work: () => Promise<T>, timeoutMs = callTimeoutMs): Promise<T> => withinDeadline(client, timeoutMs, work);
  const handleOf = async (id: string): Promise<WorkflowHandle<typeof respondToIncident>> => {
    const { workflowId, runId } = await bounded(() => findIncident(client, id));
    return client.workflow.getHandle<typeof respondToIncident>(workflowId, runId);
  };
  /** The handle of whichever history the incident is in when the message arrives. For an earlier incident, an error says that it has ended. */
  const openHandleOf = async (id: string): Promise<WorkflowHandle<typeof respondToIncident>> => {
    const { incidentId, workflowId, runId } = await bounded(() => findIncident(client, id));
    const newest = await bounded(() => findIncident(client, workflowId));
    return client.workflow.getHandle<typeof respondToIncident>(workflowId, newest.incidentId === incidentId ? undefined : runId);
  };
  const send = async (id: string, work: (handle: WorkflowHandle<typeof respondToIncident>) => Promise<void>): Promise<void> => {
    const handle = await openHandleOf(id);
    await bounded(() => work(handle)).catch(explainEnded(id));
  };
  /** If it does not progress: what the server knows, and why. */
  const status = async (id: string): Promise<IncidentStatus> =>
    readStatus(client, await handleOf(id)).catch((error: unknown) => {
      if (error instanceof StuckIncidentError) return stuckStatus(error);
      throw error;
    });
  return {
    /** The full id of the incident that `service/endpoint` names now. */
    idOf: async (id: string): Promise<string> => {
      const { incidentId } = await bounded(() => findIncident(client, id));
      return incidentId;
    },
    startOrAttach: (request: StartRequest): Promise<StartedIncident> => bounded(() => startOrAttach(client, request)),
    /** Records a resolved alert on the open incident; null when none is open. A resolved alert never starts one. */
    recordResolved: (endpoint: string, alert: AlertSummary): Promise<string | null> =>
      bounded(() => recordResolved(client, endpoint, alert)),
    /** Until when alerts of the endpoint start nothing, because the last load did not reproduce one; null when they start an incident. */
    coolingUntil: (endpoint: string, coolDownMs: number): Promise<string | null> =>
      bounded(() => coolingUntil(client, endpoint, coolDownMs)),
    /** Is the incident open and running? Asks no worker. */
    stateOf: async (id: string): Promise<IncidentState> => {
      const handle = await handleOf(id);
      const described = await bounded(() => handle.describe());
      if (described.status.name === 'RUNNING') return { endedAt: null, problem: await bounded(() => whyStuck(client, described)) };
      return { endedAt: (described.closeTime ?? new Date()).toISOString(), problem: null };
    },
    status,
    list: (limit = 100): Promise<IncidentListing[]> => bounded(() => listIncidents(client, limit)),
    /** Follows an incident until `isDone` says so, or until it ended. */
    follow: async (id: string, isDone: (status: IncidentStatus) => boolean, options: WaitOptions = {}): Promise<IncidentStatus> =>
      followStatus(client, await handleOf(id), isDone, options),
    rerun: async (id: string, request: Omit<RerunRequest, 'requestId'>, options: WaitOptions = {}): Promise<ConfirmationRecord> => {
      const handle = await handleOf(id);
      const requestId = randomUUID();
      await bounded(() => handle.signal(rerunConfirmationSignal, { ...request, requestId })).catch(explainEnded(id));
      const answered = (current: IncidentStatus): ConfirmationRecord | undefined =>
        current.confirmations.find((one) => one.requestId === requestId);
      const record = answered(await followStatus(client, handle, (current) => answered(current) !== undefined, options));
      if (record === undefined) throw new RefusedError(`incident ${id} ended before the re-run was done; triage again`);
      return record;
    },
    decide: async (id: string, decision: RemedyDecision): Promise<DecisionAccepted> => {
      const handle = await openHandleOf(id);
      const updateId = `${decision.planId}:${decision.decision}:${decision.by}`.slice(0, 200);
      const send = () => untilHeard(handle, () => handle.executeUpdate(decideRemedyUpdate, { args: [decision], updateId }));
      return bounded(send, updateTimeoutMs).catch(explainUpdate(id));
    },
    acknowledge: async (id: string, by: string): Promise<{ by: string }> => {
      const handle = await openHandleOf(id);
      const send = () => untilHeard(handle, () => handle.executeUpdate(acknowledgeUpdate, { args: [{ by }] }));
      return bounded(send, updateTimeoutMs).catch(explainUpdate(id));
    },
    handOff: (id: string, by: string): Promise<void> => send(id, (handle) => handle.signal(handOffSignal, { by })),
    close: (id: string, request: { by?: string; reason?: string }): Promise<void> =>
      send(id, (handle) => handle.signal(closeIncidentSignal, request)),
    cancel: (id: string): Promise<void> =>
      send(id, async (handle) => {
        await handle.cancel();
      }),
  };
}

/** An update that arrives while the history changes was not seen by the workflow: the next history takes it. */
async function untilHeard<T>(handle: WorkflowHandle, update: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await update();
    } catch (error) {
      const isClosed = error instanceof WorkflowNotFoundError || /aborted by closing/.test(String(error));
      if (!isClosed || tries === mostTries || (await handle.describe()).status.name !== 'RUNNING') throw error;
      await delay(pollEveryMs);
    }
  }
}

function startDetails({ alert, endpoint }: StartRequest): string {
  // An invalid address would close the angle brackets and continue as Markdown.
  const links = alert.links
    .filter((link) => URL.canParse(link))
    .map((link) => `- <${new URL(link).href.replaceAll(/[<>]/g, encodeURIComponent)}>`);
  const lines = [`**${escapeMarkdown(alert.title)}**`, '', `from ${alert.source}, id ${escapeMarkdown(alert.id)}`, ...links];
  return [...lines, '', `endpoint ${escapeMarkdown(endpoint)}`].join('\n').slice(0, 10_000);
}

/** A day more than the age at which an incident ends by itself. Whatever keeps it from doing so, the server ends it. */
const longestExecutionMs = ageLimitMs + 24 * 3_600_000;

/** Works without a running worker. The first `alertFired` is the start; the memo tells afterwards whether this call started the incident. */
async function startOrAttach(client: Client, request: StartRequest): Promise<StartedIncident> {
  const { endpoint, service, alert, symptom, options } = request;
  const workflowId = triageWorkflowId(endpoint);
  const startToken = randomUUID();
  const start: IncidentStart = { endpoint, symptom, acceptedAt: alert.receivedAt, options };
  const { signaledRunId: runId } = await client.workflow.signalWithStart<typeof respondToIncident, [AlertSummary]>('respondToIncident', {
    workflowId,
    taskQueue: incidentsQueue,
    args: [start],
    signal: alertFiredSignal,
    signalArgs: [alert],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowExecutionTimeout: longestExecutionMs,
    staticSummary: escapeMarkdown(`${endpoint}: ${symptom?.text ?? alert.title}`).slice(0, 180),
    staticDetails: startDetails(request),
    memo: { startToken },
    typedSearchAttributes: [
      { key: perfService, value: service },
      { key: perfEndpoint, value: endpoint },
      { key: perfPhase, value: 'accepted' },
      { key: perfNeedsHuman, value: false },
      ...(alert.severity === null ? [] : [{ key: perfSeverity, value: alert.severity }]),
    ],
  });
  const described = await client.workflow.getHandle(workflowId, runId).describe();
  const { memo } = described;
  const problem = await whyStuck(client, described);
  return {
    incidentId: incidentIdOf(workflowId, episodeRunOf({ runId, memo })),
    started: memo?.['startToken'] === startToken,
    ...(problem === null ? {} : { problem }),
  };
}

async function coolingUntil(client: Client, endpoint: string, coolDownMs: number): Promise<string | null> {
  if (coolDownMs === 0) return null;
  try {
    const { status, closeTime, typedSearchAttributes } = await client.workflow.getHandle(triageWorkflowId(endpoint)).describe();
    const isHealthy = status.name === 'COMPLETED' && typedSearchAttributes.get(perfVerdict) === 'not-reproduced';
    const untilMs = (closeTime?.getTime() ?? 0) + coolDownMs;
    return isHealthy && untilMs > Date.now() ? new Date(untilMs).toISOString() : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function recordResolved(client: Client, endpoint: string, alert: AlertSummary): Promise<string | null> {
  const workflowId = triageWorkflowId(endpoint);
  try {
    const { runId, memo, status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return null;
    await client.workflow.getHandle(workflowId, runId).signal(alertFiredSignal, alert);
    return incidentIdOf(workflowId, episodeRunOf({ runId, memo }));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** A history that continued in another one is no incident of its own, unless it had ended and the next one only began where it stopped. */
const openOrEnded = 'WorkflowType = "respondToIncident" AND (ExecutionStatus != "ContinuedAsNew" OR PerfPhase = "ended")';

async function listIncidents(client: Client, limit: number): Promise<IncidentListing[]> {
  const found: IncidentListing[] = [];
  for await (const info of client.workflow.list({ query: openOrEnded, pageSize: Math.min(limit, 200) })) {
    found.push(listingOf(info));
    if (found.length >= limit) break;
  }
  return found;
}
