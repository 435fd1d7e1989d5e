import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { createCommandActivities } from '../../activities/command/create-command-activities.js';
import { artifactDirectory, createArtifactStore } from '../../adapters/artifacts/artifact-store.js';
import { createCommandClient } from '../../client/temporal/command-client.js';
import { parseCatalog } from '../../config/catalog.js';
import { createCommandDependencies } from '../../worker/command-dependencies.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { bundleWorkflows, startTemporal } from './temporal.js';

/** Real Temporal, real activities over a real catalog: only the receivers are of the test. */
export async function startCommandWorld(catalogText: string) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'responder-command-'));
  const catalog = parseCatalog(catalogText, join(dataDirectory, 'responder.yaml'));
  const [environment, workflowBundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  const deps = createCommandDependencies({
    catalog,
    dataDirectory,
    incidentUrl: (id) => `http://127.0.0.1:1/incidents/${id}`,
    ackUrl: () => null,
  });
  const startWorker = async (): Promise<() => Promise<void>> => {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: incidentsQueue,
      activities: createCommandActivities(deps),
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
    startWorker,
    incidents: createCommandClient(environment.client, texts),
    teardown: async () => {
      await environment.teardown();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
