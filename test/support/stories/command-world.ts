import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import type { IncidentActivities } from '../../../activities/contract.js';
import type { CommandDependencies } from '../../../activities/command/dependencies.js';
import { createRunbookActivities } from '../../../activities/runbook/create-runbook-activities.js';
import { createCommandActivities } from '../../../activities/command/create-command-activities.js';
import { artifactDirectory, createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { createCommandClient } from '../../../client/temporal/command-client.js';
import { createRunbookClient } from '../../../client/temporal/runbook-client.js';
import { parseCatalog } from '../../../config/catalog.js';
import { createCommandDependencies } from '../../../worker/dependencies/command-dependencies.js';
import { createRunbookDependencies } from '../../../worker/dependencies/runbook-dependencies.js';
import { incidentsQueue } from '../../../workflows/kernel/task-queues.js';
import { startTestWorkers } from './incident-workers.js';
import { bundleWorkflows, startTemporal } from '../temporal.js';

interface WorldParts {
  /** What stands for the world outside. */
  deps?: Partial<CommandDependencies>;
  /** Activities of triages, when the test runs some. */
  triages?: IncidentActivities;
  /** Of the server, see `startTemporal`. */
  settings?: readonly string[];
}

/** Real Temporal, real activities over a real catalog: only the receivers are of the test. */
export async function startCommandWorld(catalogText: string, { deps: over = {}, triages, settings = [] }: WorldParts = {}) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'responder-command-'));
  const catalog = parseCatalog(catalogText, join(dataDirectory, 'responder.yaml'));
  const [environment, workflowBundle] = await Promise.all([startTemporal(...settings), bundleWorkflows()]);
  const deps = createCommandDependencies({
    client: environment.client,
    catalog,
    dataDirectory,
    host: 'test',
    incidentUrl: (id) => `http://127.0.0.1:1/incidents/${id}`,
    ackUrl: () => null,
  });
  Object.assign(deps, over);
  const startWorker = async (): Promise<() => Promise<void>> => {
    const runbooks = createRunbookDependencies({ catalog, dataDirectory, host: 'test', client: environment.client });
    const activities = { ...createCommandActivities(deps), ...createRunbookActivities(runbooks) };
    if (triages !== undefined) return startTestWorkers(environment, workflowBundle, { ...triages, ...activities });
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: incidentsQueue,
      activities,
      workflowBundle,
      shutdownGraceTime: '1s',
    });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  const texts = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
  return {
    environment,
    catalog,
    dataDirectory,
    deps,
    startWorker,
    incidents: createCommandClient(environment.client, texts),
    runs: createRunbookClient(environment.client, texts),
    teardown: async () => {
      await environment.teardown();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
