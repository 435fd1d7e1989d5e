/** Starts the long-running parts with the settings of one command: workers, hook. */
import { Client, Connection } from '@temporalio/client';
import { join } from 'node:path';
import type { Catalog } from '../config/catalog.js';
import { createBisectDependencies } from '../worker/bisect-dependencies.js';
import { createDependencies } from '../worker/dependencies.js';
import { startWorkers, type RunningWorkers, type WorkerRole } from '../worker/run-workers.js';
import { findTool } from './find-tool.js';
import { readHookCredentials } from './hook/credentials.js';
import { startHook, type RunningHook } from './hook/hook-server.js';
import { linkKey, signReportLink } from './hook/report-link.js';
import { createHookIncidents } from './hook/temporal-incidents.js';
import { resolveTemporal, type TemporalTarget } from '../adapters/temporal/connection.js';

export interface ResponderSettings {
  catalog: Catalog;
  temporal: TemporalTarget;
  dataDirectory: string;
  /** Bearer token that `dev` made; null otherwise. */
  madeToken: string | null;
  say: (line: string) => void;
}

export interface WorkerSettings extends ResponderSettings {
  /** Origin under which people reach the hook; null = notifications carry no link. */
  hookOrigin: string | null;
  host?: string;
  roles?: readonly WorkerRole[];
  metricsAddress?: string;
}

/** A link in a chat is opened the next morning, not next month. */
const linkLifetimeMs = 7 * 24 * 3_600_000;

function reportUrls({ catalog, madeToken, hookOrigin }: WorkerSettings): (incidentId: string) => string | null {
  return (incidentId) => {
    const key = linkKey(readHookCredentials(catalog, madeToken));
    return key === null || hookOrigin === null ? null : signReportLink(key, hookOrigin, incidentId, new Date(Date.now() + linkLifetimeMs));
  };
}

/** The SDK tells every step of every task; people want what went wrong. A worker without workflows is meant to have none. */
const chatter = /^(?:trace|debug|info) |^warn No workflows registered/;

export async function startResponderWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  const { catalog, dataDirectory, say, temporal, host, roles, metricsAddress } = settings;
  const k6 = async (): Promise<string> => (await findTool('k6', { say, allowDownload: true })).path;
  return await startWorkers({
    ...temporal,
    ...(host === undefined ? {} : { host }),
    ...(roles === undefined ? {} : { roles }),
    ...(metricsAddress === undefined ? {} : { metricsAddress }),
    createDependencies: (client) => createDependencies({ catalog, dataDirectory, k6, reportUrl: reportUrls(settings) }, client),
    createBisectDependencies: (place) => createBisectDependencies({ catalog, dataDirectory, k6 }, place),
    log: (line) => {
      if (!chatter.test(line)) say(line);
    },
  });
}

/** The connection is made when it is needed: a hook that starts before Temporal, or outlives it, answers 503 and comes back by itself. */
export async function startResponderHook(settings: ResponderSettings, address: { host: string; port: number }): Promise<RunningHook> {
  const { connection: options, namespace } = resolveTemporal(settings.temporal);
  const connection = Connection.lazy({ ...options, connectTimeout: '3s' });
  const client = new Client({ connection, namespace });
  const { catalog, dataDirectory, madeToken, say } = settings;
  const incidents = createHookIncidents(client, catalog, dataDirectory);
  const hook = await startHook(
    { catalog, incidents, madeToken, rejectedDirectory: join(dataDirectory, 'rejected-alerts'), log: say },
    address,
  );
  return {
    origin: hook.origin,
    close: async () => {
      await hook.close();
      await connection.close();
    },
  };
}
