/** What workflows that are not over refer to: artifacts by their hash, wherever in their histories they stand, and those of the incidents that they name. */
import type { Client } from '@temporalio/client';
import type { InUse } from '../artifacts/retention.js';
import { historyText } from './history-texts.js';

/** Everything of ours runs on these; the namespace may be shared. */
const ourQueues = `TaskQueue IN ("incidents", "bisect")`;
/** Path of an artifact: `<2 hex>/<sha256>-<name>`. */
const hash = /[0-9a-f]{2}\/([0-9a-f]{64})-/g;
/** Ids of triages and bisects, which may have ended while the incident that people are called for goes on. */
const named = /\b(?:perf-[a-z0-9-]+-[0-9a-f]{12}|bisect-[A-Za-z0-9-]+)\b/g;

interface Run {
  workflowId: string;
  runId: string;
  memo?: Record<string, unknown> | undefined;
  /** Of the workflow. */
  type: string;
}

/** Incidents and what acts for them. The registry is always open and knows the name of every incident: it takes part in none. */
const takesPart = (type: string): boolean => type !== 'incidentRegistry';

async function runsOf(client: Client, query: string): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const { workflowId, runId, memo, type } of client.workflow.list({ query })) runs.push({ workflowId, runId, memo, type });
  return runs;
}

/**
 * `idOf` gives the id under which a run is told to people: one workflow id has many incidents, one after the other. Rejects when Temporal does not answer:
 * who does not know what is in use removes nothing.
 */
export async function findOpenReferences(client: Client, idOf: (run: Run) => string): Promise<InUse> {
  const hashes = new Set<string>();
  const mentioned = new Set<string>();
  const read = async ({ workflowId, runId }: Run): Promise<string> => {
    const text = await historyText(client, workflowId, runId);
    for (const [, sha256] of text.matchAll(hash)) if (sha256 !== undefined) hashes.add(sha256);
    return text;
  };
  const open = await runsOf(client, `${ourQueues} AND ExecutionStatus = "Running"`);
  for (const run of open) {
    const text = await read(run);
    if (takesPart(run.type)) for (const [id] of text.matchAll(named)) mentioned.add(id);
  }
  for (const run of open) mentioned.delete(idOf(run));
  for (const id of mentioned) {
    const workflowId = id.startsWith('perf-') ? id.replace(/-[0-9a-f]{12}$/, '') : id;
    for (const run of await runsOf(client, `WorkflowId = "${workflowId}"`)) if (run.workflowId === id || idOf(run) === id) await read(run);
  }
  return { hashes, workflowIds: open.map(({ workflowId }) => workflowId) };
}
