/** A workflow whose task fails again and again does not progress, whatever it is told. The server knows that; no worker has to answer. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { decodePayloads } from '../../adapters/temporal/history-texts.js';
import { lossesInQueries } from '../../adapters/temporal/lost-workflow.js';

/** The parts of `temporal.api.failure.v1.Failure` that are words. */
interface Failure {
  message?: string | null;
  encodedAttributes?: Payload | null;
}

/** A worker that died during a task costs one try, and so may the next one. A task that fails a third time fails by itself. */
const fewestTries = 3;
/** How many of the newest events are searched for a failure of the task. */
const lastEvents = 20;

type Described = Pick<WorkflowExecutionDescription, 'workflowId' | 'runId' | 'status' | 'raw'>;

interface FailingTask {
  tries: number;
  /** ISO 8601 */
  since: string;
}

/** Null while it progresses, or waits for a worker that is not there. */
export function failingTask({ status, raw }: Described): FailingTask | null {
  const task = raw.pendingWorkflowTask;
  if (status.name !== 'RUNNING' || (task?.attempt ?? 0) < fewestTries) return null;
  const sinceMs = Number(task?.originalScheduledTime?.seconds ?? 0) * 1000;
  return { tries: task?.attempt ?? 0, since: new Date(sinceMs).toISOString() };
}

/** Why it does not progress, in one sentence with the last failure and what to do; null when it does. */
export async function whyStuck(client: Client, described: Described): Promise<string | null> {
  const failing = failingTask(described);
  if (failing === null) return null;
  const failure = await lastFailure(client, described).catch(() => null);
  const told = failure === null ? '' : `, the last time told: ${failure}`;
  return `does not progress: its workflow task was tried ${failing.tries} times since ${failing.since}${told}; nothing is lost, and it goes on as soon as a worker of a mended build runs`;
}

async function lastFailure(client: Client, { workflowId, runId }: Described): Promise<string | null> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: lastEvents,
  });
  for (const { workflowTaskFailedEventAttributes: failed, workflowTaskTimedOutEventAttributes: timedOut } of history?.events ?? []) {
    if (failed !== null && failed !== undefined)
      return (await messageOf(client, failed.failure ?? {})).split('\n')[0]?.slice(0, 300) ?? null;
    if (timedOut !== null && timedOut !== undefined) return 'no answer in time';
  }
  return null;
}

/** With encryption the message is in a payload. */
async function messageOf(client: Client, { message, encodedAttributes }: Failure): Promise<string> {
  const [decoded] = await decodePayloads(client, encodedAttributes === null || encodedAttributes === undefined ? [] : [encodedAttributes]);
  const attributes: unknown = decoded === undefined ? null : defaultPayloadConverter.fromPayload(decoded);
  const words = typeof attributes === 'object' && attributes !== null && 'message' in attributes ? attributes.message : message;
  return typeof words === 'string' ? words : 'no message';
}

const dayMs = 24 * 3_600_000;

/** Incidents of people whose workflow was ended from outside within a day. */
export async function countLost(client: Client): Promise<number> {
  const since = new Date(Date.now() - dayMs).toISOString();
  const query = `WorkflowType = "commandIncident" AND ExecutionStatus IN (${lossesInQueries}) AND CloseTime > "${since}"`;
  return (await client.workflow.count(query)).count;
}

/** The workflows that people are called for, and those that decide for them. */
const watchedTypes = `WorkflowType IN ("respondToIncident", "commandIncident", "bisectRegression", "executeRunbook")`;
/** More than a hundred open at once are a storm; only the newest of these are examined. */
const mostLooked = 100;
const looksAtOnce = 10;

/** How many of the open workflows do not progress. */
export async function countStuck(client: Client): Promise<number> {
  const open: { workflowId: string; runId: string }[] = [];
  for await (const { workflowId, runId } of client.workflow.list({
    query: `${watchedTypes} AND ExecutionStatus = "Running"`,
    pageSize: mostLooked,
  })) {
    open.push({ workflowId, runId });
    if (open.length >= mostLooked) break;
  }
  let stuck = 0;
  const look = async (): Promise<void> => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const described = await client.workflow.getHandle(next.workflowId, next.runId).describe();
      if (failingTask(described) !== null) stuck += 1;
    }
  };
  await Promise.all(Array.from({ length: looksAtOnce }, look));
  return stuck;
}
