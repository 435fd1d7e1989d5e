import { basename } from 'node:path';
import type { Captures } from '../activities/dependencies.js';
import { findServiceProcess, type ProcessLocator } from '../adapters/kernel/find-process.js';
import { trackLocalSessions, type LocalSessions } from '../adapters/kernel/local-sessions.js';
import { observeService } from '../adapters/kernel/observe-service.js';
import { observeDatabase, scanQueries } from '../adapters/databases/postgres/postgres.js';
import { resolveHost, servicePortsTowards } from '../adapters/kernel/sockets.js';
import { readTextFile } from '../adapters/artifacts/text-file.js';
import type { Catalog } from '../config/catalog.js';
import { findEndpoint } from '../config/find-endpoint.js';
import { resolveDatabases, resolveProcess, resolveProfiler, type DatabaseAccess } from '../config/resolve-access.js';
import { adoptGivenPlan, givenPlanUnused } from '../core/database/plan/given-plan.js';
import { readQueryPlan } from '../core/database/plan/plan.js';
import type { QueryScan } from '../core/model/database.js';
import { EvidenceUnavailableError, UnreadableInputError } from '../core/model/errors.js';
import type { MissingEvidence } from '../core/model/observation.js';
import type { PeerHint } from '../core/observe/wire.js';
import { captureProfile } from './profile-capture.js';

const defaultPorts: Record<DatabaseAccess['kind'], number> = { postgres: 5432, mysql: 3306, redis: 6379 };

/** Which adapter captures what, for the targets of one catalog. */
export function createCaptures(catalog: Catalog): Captures {
  return {
    profile: (order) => captureProfile(order, resolveProfiler(catalog, order.endpoint), resolveProcess(catalog, order.endpoint)),
    service: async (order) => {
      const locator = resolveProcess(catalog, order.endpoint);
      if (locator === null) throw unknownProcess();
      const { databases } = resolveDatabases(catalog, order.endpoint);
      const servicePort = portOfUrl(findEndpoint(catalog, order.endpoint).endpoint.url);
      return await observeService({
        ...order,
        locator,
        servicePort: locator.kind === 'port' ? locator.port : servicePort,
        peerHints: await hintsOf(databases),
      });
    },
    databases: async (order) => {
      const { databases, missing } = resolveDatabases(catalog, order.endpoint);
      const locator = resolveProcess(catalog, order.endpoint);
      const supported = databases.filter((access) => access.kind === 'postgres');
      const others = databases.filter((access) => access.kind !== 'postgres').map(unsupported);
      const observations = await Promise.all(
        supported.map((access) =>
          observeDatabase({
            ...order,
            name: access.name,
            url: access.url,
            onProgress: order.onProgress,
            servicePorts: () => portsTowards(locator, access),
            serviceBackends: localBackends(locator, access),
          }),
        ),
      );
      return { observations, missing: [...missing, ...others] };
    },
    scan: async ({ endpoint, observations, planFile, signal }) => {
      const { databases } = resolveDatabases(catalog, endpoint);
      const pairs = observations.flatMap((observation) => {
        const access = databases.find((candidate) => candidate.name === observation.name);
        return access === undefined ? [] : [{ observation, url: access.url }];
      });
      const scans = await Promise.all(pairs.map(({ observation, url }) => scanQueries({ url, observation, signal })));
      return planFile === null ? scans : await withGivenPlan(scans, planFile);
    },
  };
}

/** The command line has read the file already; it may be another one by now, or none where this worker runs. */
async function withGivenPlan(scans: QueryScan[], file: string): Promise<QueryScan[]> {
  const name = basename(file);
  try {
    const text = await readTextFile(file, 'given plan');
    return adoptGivenPlan(scans, { name, text, plan: readQueryPlan(text) });
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    const row = givenPlanUnused(name, `it cannot be read where the worker runs: ${error.message}`);
    return scans.map((scan, index) => (index === 0 ? { ...scan, missing: [...scan.missing, row] } : scan));
  }
}

function portOfUrl(address: string): number {
  const url = new URL(address);
  return Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
}

/** Null where the catalog's connection goes by a Unix-domain socket (`postgres:///shop?host=/run/postgresql`): that has no address. */
function endOf(access: DatabaseAccess): { host: string; port: number } | null {
  if (!URL.canParse(access.url)) return null;
  const url = new URL(access.url);
  if (url.hostname === '' || url.hostname.startsWith('%2')) return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? defaultPorts[access.kind] : url.port) };
}

async function hintsOf(databases: DatabaseAccess[]): Promise<PeerHint[]> {
  const hints = await Promise.all(
    databases.map(async (access) => {
      const end = endOf(access);
      if (end === null) return [];
      const { host, port } = end;
      const kind = access.kind === 'redis' ? ('cache' as const) : ('database' as const);
      return (await resolveHost(host)).map((address) => ({
        peer: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
        label: `database ${access.name}`,
        kind,
      }));
    }),
  );
  return hints.flat();
}

/** Local ports of the service's own connections; none when the service runs where we cannot look. */
async function portsTowards(locator: ProcessLocator | null, access: DatabaseAccess): Promise<ReadonlySet<number>> {
  const end = endOf(access);
  if (locator === null || end === null) return new Set();
  try {
    return await servicePortsTowards((await findServiceProcess(locator)).pid, end);
  } catch (error) {
    // The observation of the service says why; the database is then seen without telling its clients apart.
    if (error instanceof EvidenceUnavailableError || error instanceof UnreadableInputError) return new Set();
    throw error;
  }
}

/** Over a Unix-domain socket a server is known by its port, too: it is a part of the socket's name. */
function localBackends(locator: ProcessLocator | null, access: DatabaseAccess): () => Promise<ReadonlySet<number>> {
  const sessions: LocalSessions = trackLocalSessions();
  const port = endOf(access)?.port ?? Number(/[?&]port=(\d+)/.exec(access.url)?.[1] ?? defaultPorts[access.kind]);
  return async () => (locator === null ? new Set() : await sessions((await findServiceProcess(locator)).pid, port));
}

function unsupported(access: DatabaseAccess): MissingEvidence {
  return {
    id: `database-${access.name}`,
    what: `what database ${access.name} did in the window`,
    why: `this version looks into PostgreSQL only, not ${access.kind}; its sockets are still accounted`,
    remedy: 'look at its own statistics of the window (slow log, INFO commandstats)',
  };
}

function unknownProcess(): EvidenceUnavailableError {
  return new EvidenceUnavailableError({
    id: 'process',
    what: 'process and sockets of the service under load',
    why: 'the catalog does not say which process serves this endpoint, and its host is not this machine',
    remedy: 'set process (port, pid, pidFile or command; host for an agent elsewhere) of the service in the catalog',
  });
}
