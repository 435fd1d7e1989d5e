import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { triageWorkflowId } from '../../adapters/temporal/triage-workflow-id.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { outcomes, phases, type Outcome, type Phase } from '../../core/model/outcome.js';
import { episodeRunOf, episodeStartOf, incidentIdOf, parseIncidentId } from '../../workflows/respond/incident-id.js';
import { perfEndpoint, perfPhase, perfService, perfVerdict } from '../../workflows/respond/search-attributes.js';

/** One line of `list --json`. */
export interface IncidentListing {
  incidentId: string;
  service: string;
  endpoint: string;
  phase: Phase;
  outcome: Outcome | null;
  startedAt: string;
  endedAt: string | null;
}

/** The newest history of one incident. */
export interface IncidentRun {
  incidentId: string;
  workflowId: string;
  runId: string;
}

export function unknownIncident(id: string): UnreadableInputError {
  return new UnreadableInputError(
    `expected the id of an incident or SERVICE/ENDPOINT, got "${id}", which names none here; perf-responder list shows them`,
  );
}

async function newestRun(client: Client, workflowId: string): Promise<IncidentRun | null> {
  try {
    const { runId, memo } = await client.workflow.getHandle(workflowId).describe();
    return { incidentId: incidentIdOf(workflowId, episodeRunOf({ runId, memo })), workflowId, runId };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Earlier episodes are found in the list, which may lag by a moment. The newest episode, which people mostly ask for, never needs the list. */
async function earlierRun(client: Client, workflowId: string, incidentId: string): Promise<IncidentRun | null> {
  const runs: { run: IncidentRun; startedAt: number }[] = [];
  for await (const { runId, memo, startTime } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
    if (incidentIdOf(workflowId, episodeRunOf({ runId, memo })) === incidentId)
      runs.push({ run: { incidentId, workflowId, runId }, startedAt: startTime.getTime() });
  // The last history of an incident contains everything that the earlier ones knew.
  return runs.sort((a, b) => b.startedAt - a.startedAt)[0]?.run ?? null;
}

/** Finds the run of an incident by its id; a workflow id or `service/endpoint` names the newest incident there. Throws UnreadableInputError. */
export async function findIncident(client: Client, id: string): Promise<IncidentRun> {
  const parsed = parseIncidentId(id);
  const workflowId = parsed?.workflowId ?? (/^perf-[a-z0-9-]+$/.test(id) ? id : triageWorkflowId(id));
  if (!/^perf-[a-z0-9-]+$/.test(workflowId)) throw unknownIncident(id);
  const newest = await newestRun(client, workflowId);
  const isIt = newest !== null && (parsed === null || newest.incidentId === id);
  const found = isIt || parsed === null ? newest : await earlierRun(client, workflowId, id);
  if (found === null) throw unknownIncident(id);
  return found;
}

function isOutcome(text: string | undefined): text is Outcome {
  return outcomes.some((outcome) => outcome === text);
}

function isPhase(text: string | undefined): text is Phase {
  return phases.some((phase) => phase === text);
}

/** The part that a list and a description of one execution share. */
type ExecutionFacts = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'memo' | 'typedSearchAttributes' | 'status' | 'startTime'> & {
  closeTime?: Date | undefined;
};

/** What the server knows of an incident without asking a worker. */
export function listingOf(info: ExecutionFacts): IncidentListing {
  const attributes = info.typedSearchAttributes;
  const verdict = attributes.get(perfVerdict);
  const phase = attributes.get(perfPhase);
  const isOpen = info.status.name === 'RUNNING';
  return {
    incidentId: incidentIdOf(info.workflowId, episodeRunOf(info)),
    service: attributes.get(perfService) ?? '',
    endpoint: attributes.get(perfEndpoint) ?? '',
    phase: !isOpen ? 'ended' : isPhase(phase) ? phase : 'accepted',
    outcome: isOutcome(verdict) ? verdict : null,
    startedAt: episodeStartOf(info) ?? info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
  };
}
