/** Everything that a command or the hook does with incidents. Every call to Temporal is bounded in time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { AlertSummary, TriageOptions } from '../../activities/contract.js';
import { triageWorkflowId } from '../../adapters/temporal/triage-workflow-id.js';
import { ageLimitMs } from '../../core/decisions/escalation.js';
import { escapeMarkdown } from '../../core/decisions/escape-markdown.js';
import type { RemedyDecision } from '../../core/decisions/remedy-approval.js';
import { ProgramFailedError, RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import type { Incident, Symptom } from '../../core/model/incident.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { episodeRunOf, incidentIdOf } from '../../workflows/respond/incident-id.js';
import {
  acknowledgeUpdate,
  alertFiredSignal,
  closeIncidentSignal,
  decideRemedyUpdate,
  handOffSignal,
  incidentStatusQuery,
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
import { explainEnded, explainUpdate, withinDeadline } from './bounded-calls.js';
import { findIncident, listingOf, type IncidentListing } from './incident-lookup.js';

export interface StartRequest {
  /** Catalog key `service/endpoint` (resolve it first, so that every way of naming an endpoint meets at the same incident), or `METHOD URL`. */
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
}

export interface WaitOptions {
  signal?: AbortSignal;
  /** Give up after this long; the incident goes on. */
  timeoutMs?: number;
  onStatus?: (status: IncidentStatus) => void;
}

const callTimeoutMs = 5_000;
/** An update needs a worker that answers. */
const updateTimeoutMs = 10_000;
const pollEveryMs = 400;
/** A killed worker's place is taken within this time, or somebody should look. */
const silencePatienceMs = 30_000;
/** The next history begins within milliseconds. */
const mostTries = 5;
const daySevenMs = 7 * 24 * 3_600_000;

export type IncidentClient = ReturnType<typeof createIncidentClient>;

/** Operations on incidents over one Temporal client. `id` is an incident id, or `service/endpoint` for the newest incident there. */
export function createIncidentClient(client: Client) {
  const bounded = <T>(work: () => Promise<T>, timeoutMs = callTimeoutMs): Promise<T> => withinDeadline(client, timeoutMs, work);
  const handleOf = async (id: string): Promise<WorkflowHandle<typeof respondToIncident>> => {
    const { workflowId, runId } = await bounded(() => findIncident(client, id));
    return client.workflow.getHandle<typeof respondToIncident>(workflowId, runId);
  };
  /** Whatever history the incident is in when the message arrives; an earlier incident is told to have ended. */
  const openHandleOf = async (id: string): Promise<WorkflowHandle<typeof respondToIncident>> => {
    const { incidentId, workflowId, runId } = await bounded(() => findIncident(client, id));
    const newest = await bounded(() => findIncident(client, workflowId));
    return client.workflow.getHandle<typeof respondToIncident>(workflowId, newest.incidentId === incidentId ? undefined : runId);
  };
  const send = async (id: string, work: (handle: WorkflowHandle<typeof respondToIncident>) => Promise<void>): Promise<void> => {
    const handle = await openHandleOf(id);
    await bounded(() => work(handle)).catch(explainEnded(id));
  };
  const status = async (id: string): Promise<IncidentStatus> => readStatus(client, await handleOf(id));
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
    /** Until when alerts of the endpoint start nothing, because the last load did not reproduce one; null when they do. */
    coolingUntil: (endpoint: string, coolDownMs: number): Promise<string | null> =>
      bounded(() => coolingUntil(client, endpoint, coolDownMs)),
    /** When the incident ended (ISO 8601); null while it is open. Asks no worker. */
    endedAt: async (id: string): Promise<string | null> => {
      const handle = await handleOf(id);
      const { status: state, closeTime } = await bounded(() => handle.describe());
      if (state.name === 'RUNNING') return null;
      return (closeTime ?? new Date()).toISOString();
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

/** An update that meets the change of histories was not seen by the workflow: the next history takes it. */
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
  // An address that is none would end the angle brackets and go on as Markdown.
  const links = alert.links
    .filter((link) => URL.canParse(link))
    .map((link) => `- <${new URL(link).href.replaceAll(/[<>]/g, encodeURIComponent)}>`);
  const lines = [`**${escapeMarkdown(alert.title)}**`, '', `from ${alert.source}, id ${escapeMarkdown(alert.id)}`, ...links];
  return [...lines, '', `endpoint ${escapeMarkdown(endpoint)}`].join('\n').slice(0, 10_000);
}

/** A day above the age at which an incident ends by itself: whatever keeps it from doing so, the server ends it. */
const longestExecutionMs = ageLimitMs + 24 * 3_600_000;

/** Durable with no worker up. The first `alertFired` is the start; the memo tells afterwards whether this call was the one that started. */
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
  const { memo } = await client.workflow.getHandle(workflowId, runId).describe();
  return { incidentId: incidentIdOf(workflowId, episodeRunOf({ runId, memo })), started: memo?.['startToken'] === startToken };
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

/** A history that went on in another one is no incident of its own, unless it had ended and the next one only began where it stopped. */
const openOrEnded = 'WorkflowType = "respondToIncident" AND (ExecutionStatus != "ContinuedAsNew" OR PerfPhase = "ended")';

async function listIncidents(client: Client, limit: number): Promise<IncidentListing[]> {
  const found: IncidentListing[] = [];
  for await (const info of client.workflow.list({ query: openOrEnded, pageSize: Math.min(limit, 200) })) {
    found.push(listingOf(info));
    if (found.length >= limit) break;
  }
  return found;
}

function closedStatus(incident: Incident, listing: IncidentListing): IncidentStatus {
  const { startedAt, endedAt } = listing;
  return {
    incident,
    phase: 'ended',
    stage: 'ended',
    alerts: [],
    confirmations: [],
    needsHuman: false,
    remedyPlan: null,
    timeline: [],
    startedAt,
    endedAt,
  };
}

/**
 * What the workflow says of itself. One that was terminated, or failed, never said that it ended; the server knows. It may also have ended
 * between the two questions, and then its last word counts.
 */
async function queryStatus(client: Client, handle: WorkflowHandle<typeof respondToIncident>): Promise<IncidentStatus> {
  const said = await handle.query(incidentStatusQuery);
  const info = await handle.describe();
  // Times are the server's, as in the list; the workflow's own differ by milliseconds.
  const { startedAt, endedAt } = listingOf(info);
  if (said.phase === 'ended' || info.status.name === 'RUNNING') return { ...said, startedAt, endedAt: endedAt ?? said.endedAt };
  const lastSaid = await handle.query(incidentStatusQuery);
  if (lastSaid.phase !== 'ended' && info.status.name === 'CONTINUED_AS_NEW') {
    const { workflowId, runId } = await findIncident(client, said.incident.incidentId);
    if (runId !== info.runId) return queryStatus(client, client.workflow.getHandle<typeof respondToIncident>(workflowId, runId));
  }
  if (lastSaid.phase === 'ended') return { ...lastSaid, startedAt, endedAt };
  const stage = `the workflow was ${info.status.name.toLowerCase()} from outside`;
  return { ...lastSaid, phase: 'ended', stage, needsHuman: false, startedAt, endedAt };
}

/** The query when a worker answers; without one, the result of an incident that has ended. */
async function readStatus(client: Client, handle: WorkflowHandle<typeof respondToIncident>): Promise<IncidentStatus> {
  try {
    return await client.withDeadline(Date.now() + callTimeoutMs, () => queryStatus(client, handle));
  } catch (error) {
    const info = await withinDeadline(client, callTimeoutMs, () => handle.describe());
    if (info.status.name === 'COMPLETED') {
      const incident = await withinDeadline(client, callTimeoutMs, () => handle.result());
      return closedStatus(incident, listingOf(info));
    }
    const { phase } = listingOf(info);
    const message = `no worker answers for this incident (${info.status.name.toLowerCase()}, last seen ${phase}); start one with perf-responder worker`;
    throw new ProgramFailedError({ program: 'perf-responder worker', exitCode: null, message, retryable: true }, { cause: error });
  }
}

/** Workers restart and are deployed: who follows an incident waits for the next one. Throws what `readStatus` says when none comes. */
async function readPatiently(
  client: Client,
  handle: WorkflowHandle<typeof respondToIncident>,
  signal: AbortSignal | undefined,
): Promise<IncidentStatus> {
  const until = Date.now() + silencePatienceMs;
  for (;;) {
    try {
      return await readStatus(client, handle);
    } catch (error) {
      if (!(error instanceof ProgramFailedError && error.retryable) || Date.now() > until) throw error;
      signal?.throwIfAborted();
      await delay(pollEveryMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

async function followStatus(
  client: Client,
  handle: WorkflowHandle<typeof respondToIncident>,
  isDone: (status: IncidentStatus) => boolean,
  { signal, timeoutMs = daySevenMs, onStatus }: WaitOptions,
): Promise<IncidentStatus> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const current = await readPatiently(client, handle, signal);
    onStatus?.(current);
    if (isDone(current) || current.phase === 'ended') return current;
    if (Date.now() > until)
      throw new UnreadableInputError(
        `waited ${Math.round(timeoutMs / 1000)} s in vain; the incident goes on, perf-responder status shows it`,
      );
    await delay(pollEveryMs, undefined, signal === undefined ? {} : { signal });
  }
}
