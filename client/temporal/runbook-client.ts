/** Everything that a command does with runs of runbooks. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Client, UpdateDefinition } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Actor } from '../../core/command/incident/record-event.js';
import { lossOf } from '../../adapters/temporal/lost-workflow.js';
import { stepKindOf } from '../../adapters/runbook-steps/registry.js';
import { lostRun, outputsOf, runDocument, type RunDocument } from '../../core/command/runbook/run-document.js';
import type { RunStart } from '../../core/command/runbook/run-state.js';
import { RefusedError } from '../../core/model/errors.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import type { executeRunbook } from '../../workflows/runbook/execute-runbook.js';
import { runStateQuery, type Answered } from '../../workflows/runbook/messages.js';
import { explainUpdate, withinDeadline } from './bounded-calls.js';
import type { TextStore } from './command-client.js';

const callTimeoutMs = 5_000;
/** An update needs a worker that answers. */
const updateTimeoutMs = 10_000;

export type RunRequest = Omit<RunStart, 'runId' | 'snapshot' | 'incidentId'> & { text: string };
export type RunbookClient = ReturnType<typeof createRunbookClient>;

export function createRunbookClient(client: Client, texts: TextStore) {
  return {
    /** Stores the text as the run's snapshot and starts the run; an edit of the file only affects the next run. */
    start: async ({ text, ...request }: RunRequest): Promise<string> => {
      const runId = `run-${randomBytes(6).toString('hex')}`;
      const { path: snapshot } = await texts.put('runbook.txt', 'runbook', text);
      const start: RunStart = { ...request, runId, snapshot, incidentId: null };
      await withinDeadline(client, callTimeoutMs, () =>
        client.workflow.start<typeof executeRunbook>('executeRunbook', {
          workflowId: runId,
          taskQueue: incidentsQueue,
          args: [start],
          staticSummary: `${request.isDryRun ? 'dry run of ' : ''}${request.file}`.slice(0, 180),
        }),
      );
      return runId;
    },
    document: (runId: string): Promise<RunDocument> =>
      withinDeadline(client, callTimeoutMs, async () => {
        const run = await documentOf(client, texts, runId);
        // Whoever follows a run that was terminated would wait for good: its state is what it was then.
        return run.result === 'waiting' ? await orLost(client, run) : run;
      }),
    update: async <Request extends { by: Actor }>(
      runId: string,
      definition: UpdateDefinition<Answered, [Request]>,
      request: Request,
    ): Promise<Answered> =>
      withinDeadline(client, updateTimeoutMs, () =>
        client.workflow.getHandle(runId).executeUpdate(definition, { args: [request], updateId: randomUUID() }),
      ).catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError)
          throw new RefusedError(`${runId}: expected a run that is under way; it has ended, or never was`, { cause: error });
        return explainUpdate(runId)(error);
      }),
  };
}

async function orLost(client: Client, run: RunDocument): Promise<RunDocument> {
  const { status, closeTime } = await client.workflow.getHandle(run.runId).describe();
  const how = lossOf(status.name);
  return how === null ? run : lostRun(run, { how, at: (closeTime ?? new Date()).toISOString() });
}

async function documentOf(client: Client, texts: TextStore, runId: string): Promise<RunDocument> {
  const state = await client.workflow
    .getHandle<typeof executeRunbook>(runId)
    .query(runStateQuery)
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      throw new RefusedError(
        `expected a run, got ${JSON.stringify(runId)}, which is none; perf-responder runbook run prints its id first`,
        { cause: error },
      );
    });
  const read = new Map<string, string>();
  for (const path of outputsOf(state)) {
    // An output that is not on this machine must not hide everything else.
    const text = await texts.read({ path }).then(
      (bytes) => bytes.toString('utf8'),
      () => '[output not on this machine: read it where the data folder is]',
    );
    read.set(path, text);
  }
  return runDocument(state, stepKindOf, (path) => read.get(path) ?? '');
}
