import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../../activities/create-activities.js';
import { createRunbookActivities } from '../../../activities/runbook/create-runbook-activities.js';
import { artifactDirectory, createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { createRunbookClient, type RunRequest } from '../../../client/temporal/runbook-client.js';
import { parseCatalog } from '../../../config/catalog.js';
import type { RunDocument } from '../../../core/command/runbook/run-document.js';
import { createDependencies } from '../../../worker/dependencies/dependencies.js';
import { createRunbookDependencies } from '../../../worker/dependencies/runbook-dependencies.js';
import { hostQueue, incidentsQueue, loadQueue } from '../../../workflows/kernel/task-queues.js';
import { abortRunUpdate, answerRunUpdate } from '../../../workflows/runbook/messages.js';
import type { Answer } from '../../../core/command/runbook/run-state.js';
import { k6Binary } from '../k6-binary.js';
import { bundleWorkflows, startTemporal } from '../temporal.js';
import { until } from '../until.js';

const host = 'test';

/** Real Temporal, real activities, real programs and loads; the folder of the catalog is where they run. */
export async function startRunbookWorld(catalogText: (directory: string) => string) {
  const directory = await mkdtemp(join(tmpdir(), 'responder-runbook-'));
  const dataDirectory = join(directory, 'data');
  const catalogFile = join(directory, 'responder.yaml');
  const catalog = parseCatalog(catalogText(directory), catalogFile);
  const [environment, workflowBundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  const { client } = environment;
  const loads = createDependencies({ catalog, dataDirectory, k6: () => Promise.resolve(k6Binary()), reportUrl: () => null }, client, host);
  const activities = {
    ...createActivities(loads),
    ...createRunbookActivities(createRunbookDependencies({ catalog, dataDirectory, host, client })),
  };
  const common = {
    connection: environment.nativeConnection,
    activities,
    shutdownGraceTime: '1s',
    maxHeartbeatThrottleInterval: '500ms',
  } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: incidentsQueue, workflowBundle }),
    Worker.create({ ...common, taskQueue: loadQueue }),
    Worker.create({ ...common, taskQueue: hostQueue(host) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const runs = createRunbookClient(environment.client, createArtifactStore({ directory: artifactDirectory(dataDirectory) }));
  const settled = (runId: string): Promise<RunDocument> =>
    until(async () => {
      const run = await runs.document(runId);
      return run.result !== 'waiting' || run.waitsFor !== null ? run : null;
    });
  return {
    ...{ directory, dataDirectory, environment, runs, settled },
    start: async (text: string, over: Partial<RunRequest> = {}): Promise<RunDocument> => {
      const by = { person: 'alice', proof: 'unverified' } as const;
      const flags = { isDryRun: false, isGuided: false, approvesItself: false };
      return settled(await runs.start({ file: 'test.yaml', text, given: {}, by, ...flags, ...over }));
    },
    say: async (runId: string, answer: Answer, person: string, over: { step?: string; digest?: string } = {}): Promise<RunDocument> => {
      await runs.update(runId, answerRunUpdate, { answer, by: { person, proof: 'unverified' }, ...over });
      return settled(runId);
    },
    abort: async (runId: string, person: string): Promise<RunDocument> => {
      await runs.update(runId, abortRunUpdate, { by: { person, proof: 'unverified' } });
      return settled(runId);
    },
    teardown: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await environment.teardown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
