/** What an incident says about itself; without a worker that answers, what the server knows. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ProgramFailedError, UnreadableInputError } from '../../core/model/errors.js';
import type { Incident } from '../../core/model/incident.js';
import { incidentStatusQuery, type IncidentStatus } from '../../workflows/respond/messages.js';
import type { respondToIncident } from '../../workflows/respond/respond-to-incident.js';
import { callTimeoutMs, withinDeadline } from './bounded-calls.js';
import { emptyIncident } from './incident-documents.js';
import { findIncident, listingOf, type IncidentListing } from './incident-lookup.js';
import { whyStuck } from './stuck-task.js';

export interface WaitOptions {
  signal?: AbortSignal;
  /** Give up after this long; the incident goes on. */
  timeoutMs?: number;
  onStatus?: (status: IncidentStatus) => void;
}

const pollEveryMs = 400;
/** Within this time another worker takes the place of one that was killed; otherwise somebody should look. */
const silencePatienceMs = 30_000;
const daySevenMs = 7 * 24 * 3_600_000;

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

/** An incident whose workflow task keeps failing: it answers no question, and waiting is in vain. */
export class StuckIncidentError extends ProgramFailedError {
  readonly listing: IncidentListing;
  readonly problem: string;
  constructor(listing: IncidentListing, problem: string, options: ErrorOptions) {
    const message = `incident ${listing.incidentId} ${problem}`;
    super({ program: 'perf-responder worker', exitCode: null, message, retryable: false }, options);
    this.listing = listing;
    this.problem = problem;
  }
}

/** What the server knows of it, and why it does not progress. */
export function stuckStatus({ listing, problem }: StuckIncidentError): IncidentStatus {
  const { incidentId, service, endpoint, phase, startedAt } = listing;
  const incident = { ...emptyIncident(startedAt, problem), incidentId, service, endpoint, outcome: listing.outcome };
  return { ...closedStatus(incident, listing), phase, stage: problem, needsHuman: true };
}

/**
 * What the workflow says about itself. If it was terminated or failed, it never said that it ended, but the server knows. It may also have ended between
 * the two questions; then its last answer counts.
 */
async function queryStatus(client: Client, handle: WorkflowHandle<typeof respondToIncident>): Promise<IncidentStatus> {
  const said = await handle.query(incidentStatusQuery);
  const info = await handle.describe();
  // Times are the server's, as in the list; the workflow's own differ by milliseconds.
  const { startedAt, endedAt } = listingOf(info);
  const problem = await whyStuck(client, info);
  if (problem !== null) return { ...said, stage: problem, needsHuman: true, startedAt, endedAt };
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

/** The query if a worker answers; otherwise the result of an incident that has ended. */
export async function readStatus(client: Client, handle: WorkflowHandle<typeof respondToIncident>): Promise<IncidentStatus> {
  try {
    return await client.withDeadline(Date.now() + callTimeoutMs, () => queryStatus(client, handle));
  } catch (error) {
    const info = await withinDeadline(client, callTimeoutMs, () => handle.describe());
    if (info.status.name === 'COMPLETED') {
      const incident = await withinDeadline(client, callTimeoutMs, () => handle.result());
      return closedStatus(incident, listingOf(info));
    }
    const listing = listingOf(info);
    const problem = await withinDeadline(client, callTimeoutMs, () => whyStuck(client, info));
    if (problem !== null) throw new StuckIncidentError(listing, problem, { cause: error });
    const { phase } = listing;
    const message = `no worker answers for this incident (${info.status.name.toLowerCase()}, last seen ${phase}); start one with perf-responder worker`;
    throw new ProgramFailedError({ program: 'perf-responder worker', exitCode: null, message, retryable: true }, { cause: error });
  }
}

/** Workers restart and are deployed, so whoever follows an incident waits for the next one. Throws what `readStatus` says if none comes. */
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

export async function followStatus(
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
