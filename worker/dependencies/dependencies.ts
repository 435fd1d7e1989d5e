/** Assembles the parts of the worker: the only place that knows which adapter does what. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { ActivityDependencies, CatalogAccess, LoadOrder } from '../../activities/dependencies.js';
import { createAuditLog } from '../../adapters/artifacts/audit-log.js';
import { openArtifactStore } from '../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../config/settings/artifact-place.js';
import { workDirectory, workFolderName } from '../../adapters/artifacts/work-folders.js';
import { acknowledgeHeartbeat } from '../../adapters/temporal/acknowledge-heartbeat.js';
import { lookAtBisect } from '../../adapters/temporal/look-at-bisect.js';
import { createHealthyRunStore } from '../../adapters/git/healthy-runs.js';
import { runK6 } from '../../adapters/k6/k6.js';
import { remedies } from '../../adapters/remedies/registry.js';
import type { Catalog } from '../../config/catalog.js';
import { changeRefusal } from '../../config/resolve/resolve-change-window.js';
import { findEndpoint } from '../../config/resolve/find-endpoint.js';
import { refuseStages } from '../../config/resolve/resolve-load.js';
import { resolveDatabases, resolveNotifiers, resolveRequest, resolveSource } from '../../config/resolve/resolve-access.js';
import { resolveTarget } from '../../config/resolve/resolve-target.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { loadStartedSignal } from '../../workflows/kernel/messages.js';
import { renderHtml } from '../../report/html.js';
import { renderJson } from '../../report/json.js';
import { renderMarkdown } from '../../report/markdown.js';
import { createCaptures } from '../captures/registry.js';
import { loadAct, tellLoad } from '../load/audited-load.js';
import { createLoadPermission, type LeasedLoad } from '../load/load-permission.js';
import { oneLoadAtATime } from '../load/one-at-a-time.js';
import { proposeRunbooks } from '../runbook/propose-runbooks.js';
import { sendNotification } from '../people/send-notification.js';
import { isSearchable } from '../../config/searchable-repository.js';

export interface WorkerSettings {
  catalog: Catalog;
  /** Artifacts and work directories live below it. */
  dataDirectory: string;
  /** Path of k6. It is asked for at the first load, because a worker that only captures needs none. */
  k6: () => Promise<string>;
  /** Link to a report for people; null when no hook serves reports. */
  reportUrl: (incidentId: string) => string | null;
}

function catalogAccess(catalog: Catalog): CatalogAccess {
  return {
    resolveTarget: (endpoint, options, symptom) => resolveTarget(catalog, endpoint, options, symptom),
    request: (endpoint) => resolveRequest(catalog, endpoint),
    databases: (endpoint) => resolveDatabases(catalog, endpoint),
    notifiers: (endpoint) => resolveNotifiers(catalog, endpoint),
    approval: () => catalog.incidents?.approval ?? 'any',
    changeRefusal: (endpoint, atMs) => changeRefusal(catalog, endpoint, atMs),
    remedies: (endpoint) => findEndpoint(catalog, endpoint).service.remedies ?? [],
    hasRepository: (endpoint) => isSearchable(findEndpoint(catalog, endpoint).service.repository),
    source: (endpoint) => resolveSource(catalog, endpoint),
    route: (key) => {
      const { endpoint } = findEndpoint(catalog, key);
      return `${endpoint.method ?? 'GET'} ${new URL(endpoint.url).pathname}`;
    },
  };
}

/** Hosts that the catalog names: a user's own script may reach only these. */
function catalogHosts(catalog: Catalog): string[] {
  const urls = Object.values(catalog.services).flatMap(({ endpoints }) => Object.values(endpoints).map(({ url }) => url));
  return [...new Set(urls.map((url) => new URL(url).hostname))];
}

/** For the policy of the HTML report, which allows its own script only. */
function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Default minutes of load per day outside development: enough for a busy week of incidents, and at most an hour of load on a service in trouble. */
const defaultMinutesPerDay = 60;

/** One load at a time on a service, whichever endpoint, host or incident it is for. */
function leaseOf(catalog: Catalog, { endpoint, holder, plan }: LoadOrder, host: string): LeasedLoad {
  const found = findEndpoint(catalog, endpoint);
  refuseStages(found, plan);
  const { serviceName: service, service: settings } = found;
  const isDevelopment = (settings.environment ?? 'development') === 'development';
  const minutes = settings.loadMinutesPerDay ?? (isDevelopment ? null : defaultMinutesPerDay);
  const plannedMs = plan.rampUpMs + plan.warmUpMs + plan.durationMs;
  return { service, holder: `${holder} on ${host}`, plannedMs, budgetMs: minutes === null ? null : minutes * 60_000 };
}

export function createDependencies(settings: WorkerSettings, client: Client, host: string): ActivityDependencies {
  const { catalog, dataDirectory } = settings;
  const mayLoad = createLoadPermission(client);
  const { audited } = createAuditLog(dataDirectory, host);
  const artifacts = openArtifactStore(artifactPlace(catalog, dataDirectory));
  const keep = async (name: string, text: string): Promise<string> => (await artifacts.put(name, 'runbook', text)).path;
  return {
    audited,
    artifacts,
    catalog: catalogAccess(catalog),
    healthyRuns: createHealthyRunStore(join(dataDirectory, 'healthy-runs')),
    runLoad: (order) =>
      oneLoadAtATime(order, () =>
        mayLoad({ ...order, lease: leaseOf(catalog, order, host) }, async (signal) => {
          order.onTurn();
          const binary = await settings.k6();
          return audited(
            loadAct(order, 'incident'),
            () => runK6({ ...order, signal, binary, allowedHosts: catalogHosts(catalog) }),
            tellLoad,
          );
        }),
      ),
    captures: createCaptures(catalog),
    judgement,
    remedies,
    proposeRunbooks: (order) => proposeRunbooks({ catalog, dataDirectory, keep }, order),
    render: { markdown: renderMarkdown, json: renderJson, html: (input) => renderHtml(input, sha256Base64) },
    notify: sendNotification,
    reportUrl: settings.reportUrl,
    workDirectory: (key) => join(workDirectory(dataDirectory), workFolderName(key)),
    discardWorkDirectory: (directory) => rm(directory, { recursive: true, force: true }),
    host,
    lookAtBisect: (workflowId) => lookAtBisect(client, workflowId),
    acknowledgeHeartbeat: (taskToken, details) => acknowledgeHeartbeat(client, taskToken, details),
    announceLoadStarted: async ({ workflowId, runId }, started) => {
      await client.workflow.getHandle(workflowId, runId).signal(loadStartedSignal, started);
    },
  };
}
