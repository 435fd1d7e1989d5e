/** The workers of one process with the settings of one command. */
import type { TemporalTarget } from '../adapters/temporal/connection.js';
import type { Catalog } from '../config/catalog.js';
import { encryptedTarget } from '../config/settings/payload-keys.js';
import { findTool } from '../config/find-tool.js';
import type { WorkerRole } from '../workflows/kernel/task-queues.js';
import { createBisectDependencies } from './dependencies/bisect-dependencies.js';
import { createCommandDependencies } from './dependencies/command-dependencies.js';
import { createDependencies } from './dependencies/dependencies.js';
import { createRunbookDependencies } from './dependencies/runbook-dependencies.js';
import { keepWithinLimits } from './retention.js';
import { startWorkers, type RunningWorkers } from './run-workers.js';

interface ResponderWorkerSettings {
  catalog: Catalog;
  temporal: TemporalTarget;
  dataDirectory: string;
  /** Link to a report for people; null when no hook serves reports. */
  reportUrl: (incidentId: string) => string | null;
  incidentUrl: (incidentId: string) => string | null;
  ackUrl: (incidentId: string, person: string) => string | null;
  host?: string;
  roles?: readonly WorkerRole[];
  metricsAddress?: string;
  healthAddress?: string;
  buildId?: string;
  say: (line: string) => void;
}

/** The SDK logs every step of every task; people only want to know what went wrong. Not every worker has workflows, so that warning is left out, too. */
const chatter = /^(?:trace|debug|info) |^warn No workflows registered/;

export async function startResponderWorkers(settings: ResponderWorkerSettings): Promise<RunningWorkers> {
  const { catalog, dataDirectory, say, temporal, host, roles, metricsAddress, healthAddress, buildId, reportUrl, incidentUrl, ackUrl } =
    settings;
  const k6 = async (): Promise<string> => (await findTool('k6', { say, allowDownload: true })).path;
  return await startWorkers({
    ...(await encryptedTarget(temporal, catalog)),
    ...(host === undefined ? {} : { host }),
    ...(roles === undefined ? {} : { roles }),
    ...(metricsAddress === undefined ? {} : { metricsAddress }),
    ...(healthAddress === undefined ? {} : { healthAddress }),
    ...(buildId === undefined ? {} : { buildId }),
    createDependencies: (client, host) => createDependencies({ catalog, dataDirectory, k6, reportUrl }, client, host),
    createCommandDependencies: (client, host) => createCommandDependencies({ client, catalog, dataDirectory, host, incidentUrl, ackUrl }),
    createRunbookDependencies: (client, host) => createRunbookDependencies({ catalog, dataDirectory, host, client }),
    createBisectDependencies: (place) => createBisectDependencies({ catalog, dataDirectory, k6 }, place),
    beside: (client) => keepWithinLimits({ catalog, dataDirectory, say }, client),
    log: (line) => {
      if (!chatter.test(line)) say(line);
    },
  });
}
