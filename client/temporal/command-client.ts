/** Everything that commands and pages do with incidents of people. Texts of people go to the artifact store, references to the workflow. */
import { randomUUID } from 'node:crypto';
import type { Client, UpdateDefinition, WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { declareIncident } from '../../adapters/temporal/declare-incident.js';
import { lossOf } from '../../adapters/temporal/lost-workflow.js';
import { RefusedError } from '../../core/model/errors.js';
import type { CommandState, Declaration } from '../../core/command/incident/command-state.js';
import type { Actor, RecordText } from '../../core/command/incident/record-event.js';
import type { Allocated } from '../../core/command/incident/registry.js';
import { statusDocument, textsOf, type Loss, type StatusDocument } from '../../core/command/incident/status-document.js';
import type { Severity } from '../../core/command/severity/severity.js';
import type { commandIncident } from '../../workflows/command/command-incident.js';
import { registryWorkflowId } from '../../workflows/command/registry/incident-ids.js';
import { allocateUpdate, commandStateQuery, releaseSignal, type ByRequest } from '../../workflows/command/messages.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { explainUpdate, withinDeadline } from './bounded-calls.js';

const callTimeoutMs = 5_000;
/** An update needs a worker to answer. */
const updateTimeoutMs = 10_000;

/** Where texts of people are kept. */
export interface TextStore {
  put(name: string, kind: string, content: string): Promise<{ path: string }>;
  read(ref: { path: string }): Promise<Buffer>;
}

export interface DeclareRequest {
  title: string;
  impact: string | null;
  /** Title for the status page. */
  publicTitle?: string;
  severity: Severity | null;
  severityRule: Declaration['severityRule'];
  services: readonly string[];
  endpoints: readonly string[];
  onset: Declaration['onset'];
  by: Actor;
  /** The same key declares once; absent: a new incident each time. */
  key?: string;
  /** An open incident of one of the services takes it over. */
  mayAttach: boolean;
}

export interface IncidentRow {
  id: string;
  title: string;
  severity: Severity;
  severityReason: CommandState['severityReason'];
  status: CommandState['status'];
  commander: string | null;
  declaredAt: string;
  resolvedAt: string | null;
  /** Its workflow was ended from outside. */
  lost?: Loss;
}

export type CommandClient = ReturnType<typeof createCommandClient>;

export function createCommandClient(client: Client, texts: TextStore) {
  const keepText = async (text: string): Promise<RecordText> => ({ artifact: (await texts.put('text.txt', 'text', text)).path });
  const handleOf = (id: string): WorkflowHandle<typeof commandIncident> => client.workflow.getHandle<typeof commandIncident>(id);
  const state = (id: string): Promise<CommandState> => withinDeadline(client, callTimeoutMs, () => stateOf(handleOf(id), id));
  return {
    keepText,
    declare: async (request: DeclareRequest): Promise<Allocated> => declare(client, keepText, request),
    status: async (id: string): Promise<StatusDocument> => {
      const [found, lost] = await Promise.all([state(id), withinDeadline(client, callTimeoutMs, () => lossOfIncident(handleOf(id)))]);
      return { ...(await documentOf(found, texts)), ...(lost === null ? {} : { lost }) };
    },
    list: (limit = 200): Promise<IncidentRow[]> => withinDeadline(client, 4 * callTimeoutMs, () => listIncidents(client, texts, limit)),
    /** Sends one update and returns its answer. Throws RefusedError with the workflow's reason. */
    update: async <Answer, Request extends ByRequest>(
      id: string,
      definition: UpdateDefinition<Answer, [Request]>,
      request: Request,
      updateId: string = randomUUID(),
      timeoutMs: number = updateTimeoutMs,
    ): Promise<Answer> =>
      withinDeadline(client, timeoutMs, () => handleOf(id).executeUpdate(definition, { args: [request], updateId })).catch(
        explainUpdate(id),
      ),
  };
}

async function stateOf(handle: WorkflowHandle<typeof commandIncident>, id: string): Promise<CommandState> {
  try {
    const found = await handle.query(commandStateQuery);
    if (found !== null) return found;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  throw new RefusedError(`expected an incident, got ${JSON.stringify(id)}, which is none; perf-responder incident list shows them`);
}

async function lossOfIncident(handle: WorkflowHandle<typeof commandIncident>): Promise<Loss | null> {
  const described = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  });
  return described === null ? null : lossIn(described);
}

function lossIn({ status, closeTime }: Pick<WorkflowExecutionInfo, 'status' | 'closeTime'>): Loss | null {
  const how = lossOf(status.name);
  return how === null ? null : { how, at: (closeTime ?? new Date()).toISOString() };
}

const filesAtOnce = 64;

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}

async function documentOf(state: CommandState, texts: TextStore): Promise<StatusDocument> {
  const readText = async (path: string): Promise<[string, string]> => {
    // A text that is not on this machine must not hide everything else.
    const text = await texts.read({ path }).then(
      (bytes) => bytes.toString('utf8'),
      () => '[text not on this machine: read it where the data folder is]',
    );
    return [path, text];
  };
  const read = new Map<string, string>();
  // A record of thousands of events must not open as many files at once.
  for (const paths of chunksOf(textsOf(state), filesAtOnce))
    for (const [path, text] of await Promise.all(paths.map(readText))) read.set(path, text);
  return statusDocument(state, (path) => read.get(path) ?? '', Date.now());
}

async function declare(client: Client, keepText: (text: string) => Promise<RecordText>, request: DeclareRequest): Promise<Allocated> {
  const { key = randomUUID(), publicTitle, ...declared } = request;
  const title = await keepText(request.title);
  const impact = request.impact === null ? null : await keepText(request.impact);
  const named = publicTitle === undefined ? {} : { publicTitle: await keepText(publicTitle) };
  const place = { allocate: allocateUpdate, release: releaseSignal, registryWorkflowId, taskQueue: incidentsQueue };
  return withinDeadline(client, updateTimeoutMs, () => declareIncident(client, place, { ...declared, ...named, key, title, impact })).catch(
    explainUpdate(registryWorkflowId),
  );
}

async function listIncidents(client: Client, texts: TextStore, limit: number): Promise<IncidentRow[]> {
  const rows: IncidentRow[] = [];
  const query = 'WorkflowType = "commandIncident" AND ExecutionStatus != "ContinuedAsNew"';
  for await (const found of client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
    const state = await client.workflow
      .getHandle<typeof commandIncident>(found.workflowId)
      .query(commandStateQuery)
      .catch(() => null);
    if (state === null) continue;
    const { id, title, severity, severityReason, status, commander, declaredAt } = await documentOf(state, texts);
    const resolvedAt = state.resolvedAtMs === null ? null : new Date(state.resolvedAtMs).toISOString();
    const lost = lossIn(found);
    rows.push({ id, title, severity, severityReason, status, commander, declaredAt, resolvedAt, ...(lost === null ? {} : { lost }) });
    if (rows.length >= limit) break;
  }
  return rows;
}
