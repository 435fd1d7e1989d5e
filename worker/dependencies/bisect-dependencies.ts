/** Assembles the parts of the bisector for one catalog. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BisectDependencies, BisectTarget } from '../../activities/bisect-dependencies.js';
import { openArtifactStore } from '../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../config/settings/artifact-place.js';
import { createAuditLog } from '../../adapters/artifacts/audit-log.js';
import { runCommand, startService, type RunningService } from '../../adapters/git/commit-service.js';
import { openWorktrees } from '../../adapters/git/commit-worktrees.js';
import {
  describeCommit,
  firstParentRange,
  lastTagBefore,
  mergeBase,
  mergedRange,
  resolveCommit,
  subjectsOf,
} from '../../adapters/git/git.js';
import { runK6 } from '../../adapters/k6/k6.js';
import { chooseProfiler } from '../../adapters/profilers/choose-profiler.js';
import type { ToolName } from '../../adapters/tools/tool-pins.js';
import { databaseEngine } from '../../adapters/databases/registry.js';
import { processTree } from '../../adapters/kernel/process-files.js';
import { identifyProcess } from '../../adapters/kernel/processes.js';
import { treeCpuMs } from '../../adapters/kernel/tree-cpu.js';
import type { Catalog } from '../../config/catalog.js';
import { commandEnvironment } from '../../config/environment.js';
import { findEndpoint } from '../../config/resolve/find-endpoint.js';
import { findTool } from '../../config/find-tool.js';
import {
  resolveDatabases,
  resolveNotifiers,
  resolveRepository,
  resolveRequest,
  type NotifierAccess,
  type RepositoryAccess,
} from '../../config/resolve/resolve-access.js';
import { resolveLoad } from '../../config/resolve/resolve-load.js';
import type { AuditedAct } from '../../core/model/audit.js';
import { EvidenceUnavailableError, ProgramFailedError } from '../../core/model/errors.js';
import type { ProfileSummary } from '../../core/model/profile.js';
import { summarizeProfile } from '../../core/profile/summarize.js';
import { loadAct, tellLoad } from '../load/audited-load.js';
import { sendNotification } from '../people/send-notification.js';
import type { LoadPermission } from '../load/load-permission.js';
import { oneCommitAtATime, oneLoadAtATime } from '../load/one-at-a-time.js';

interface BisectSettings {
  catalog: Catalog;
  dataDirectory: string;
  k6: () => Promise<string>;
}

/** What only a running worker knows. */
export interface MeasuringPlace {
  host: string;
  measuringHosts: () => Promise<string[]>;
  mayLoad: LoadPermission;
}

/** Used when the catalog does not say. */
const defaultBuildTimeoutMs = 600_000;
const defaultStartTimeoutMs = 60_000;

export function createBisectDependencies(settings: BisectSettings, { mayLoad, ...place }: MeasuringPlace): BisectDependencies {
  const { catalog, dataDirectory, k6 } = settings;
  const { audited } = createAuditLog(dataDirectory, place.host);
  const folderOf = (bisectId: string): string => join(dataDirectory, 'worktrees', folderName(bisectId));
  return {
    ...place,
    target: (endpoint) => targetOf(catalog, endpoint, dataDirectory),
    git: { describeCommit, firstParentRange, lastTagBefore, mergeBase, mergedRange, resolveCommit, subjectsOf },
    worktrees: (repository, bisectId) => openWorktrees(repository, folderOf(bisectId)),
    startService,
    runCommand,
    runLoad: (order) =>
      // A measurement only loads our own child on loopback.
      oneLoadAtATime(order, () =>
        mayLoad({ ...order, lease: null }, async (signal) => {
          order.onTurn();
          const binary = await k6();
          return audited(loadAct(order, 'bisect'), () => runK6({ ...order, signal, binary, allowedHosts: [] }), tellLoad);
        }),
      ),
    oneAtATime: oneCommitAtATime,
    cpuMs: (pid) => Promise.resolve(treeCpuMs(pid)),
    databaseMs: (endpoint, signal) => databaseMs(catalog, endpoint, signal),
    profile: profileOf,
    notify: async (endpoint, notification, signal) => {
      const receivers = resolveNotifiers(catalog, endpoint);
      const subject = notification.bisectId ?? notification.incidentId ?? endpoint;
      const told = (kind: string): AuditedAct => ({
        ...{ action: 'notification', subject, target: endpoint, who: 'responder', what: `${notification.event} to ${kind}`, planId: null },
      });
      const send = (receiver: NotifierAccess): Promise<void> =>
        audited(
          told(receiver.kind),
          () => sendNotification(receiver, notification, signal),
          () => 'sent',
        );
      await Promise.all(receivers.map(send));
    },
    artifacts: openArtifactStore(artifactPlace(catalog, dataDirectory)),
    // In the folder that the clean-up removes, so that a run whose worker was killed and that nobody repeats leaves nothing behind.
    workDirectory: (bisectId, key) => join(folderOf(bisectId), 'work', folderName(key)),
    discardWorkDirectory: (directory) => rm(directory, { recursive: true, force: true }),
  };
}

/** Short and safe for a path; different ids stay different. */
function folderName(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return `${key.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 60)}-${hash}`;
}

/** A commit runs as our own child on this machine, so the caps of a production target do not apply to its load. */
function targetOf(catalog: Catalog, endpoint: string, dataDirectory: string): BisectTarget | null {
  const repository = resolveRepository(catalog, endpoint);
  if (repository === null) return null;
  const found = findEndpoint(catalog, endpoint);
  const onOurMachine = { ...found, service: { ...found.service, environment: 'development' as const } };
  const plan = resolveLoad(catalog, onOurMachine, {});
  return {
    repository: repository.path,
    good: repository.good ?? null,
    commands: commandsOf(repository, dataDirectory),
    plan: repository.runDuration === undefined ? plan : { ...plan, durationMs: repository.runDuration },
    budgets: found.endpoint.budgets ?? {},
    request: resolveRequest(catalog, endpoint),
  };
}

function commandsOf(repository: RepositoryAccess, dataDirectory: string): BisectTarget['commands'] {
  const { build, start, health, reset, stop, env, buildTimeout, startTimeout, buildNetwork, buildWrites, secretFiles } = repository;
  return {
    build: build ?? null,
    start,
    health,
    reset: reset ?? null,
    stop: stop ?? null,
    buildTimeoutMs: buildTimeout ?? defaultBuildTimeoutMs,
    startTimeoutMs: startTimeout ?? defaultStartTimeoutMs,
    env: commandEnvironment(env),
    sandbox: { network: buildNetwork ?? false, writable: buildWrites, hidden: [dataDirectory, ...secretFiles] },
  };
}

/**
 * Sum over all databases of the service whose server counts its time. All of them have to answer, because a sum with one more or one less would look like a
 * change. A server that does not count will not later (EvidenceUnavailableError); a failed connection may work the next time.
 */
async function databaseMs(catalog: Catalog, endpoint: string, signal: AbortSignal): Promise<number> {
  const { databases, missing } = resolveDatabases(catalog, endpoint);
  const [unknown] = missing;
  if (unknown !== undefined) throw new EvidenceUnavailableError(unknown);
  const counting = databases.flatMap(({ name, kind, url, mayBeSuperuser }) => {
    const { look } = databaseEngine(kind);
    return look === null ? [] : [{ name, kind, url, mayBeSuperuser, look }];
  });
  if (counting.length === 0) throw new EvidenceUnavailableError(noDatabase);
  const totals = await Promise.all(
    counting.map(({ name, kind, url, mayBeSuperuser, look }) =>
      look.totalExecutionMs({ url, mayBeSuperuser, signal }).catch((error: unknown) => {
        if (!(error instanceof EvidenceUnavailableError)) throw error;
        const { id, what, why, remedy } = error.missing;
        if (id !== 'database-connection') throw new EvidenceUnavailableError({ id, what: `${what} of database ${name}`, why, remedy });
        throw new ProgramFailedError({ program: kind, exitCode: null, message: error.message, retryable: true }, { cause: error });
      }),
    ),
  );
  return totals.reduce((sum, total) => sum + total, 0);
}

const noDatabase = {
  id: 'db-time',
  what: 'database time per request',
  why: 'the catalog names no PostgreSQL database of this service',
  remedy: 'Set databases of the service in the catalog, or bisect with --metric cpu or p95.',
};

/** The start command is a shell; the service is the process below it whose runtime has a profiler. */
async function profileOf(service: RunningService, durationMs: number, signal: AbortSignal): Promise<ProfileSummary | null> {
  const order = { delayMs: 0, durationMs, signal, onProgress: () => undefined, tool };
  for (const pid of processTree(service.pid)) {
    const { runtime, usableCores } = await identifyProcess(pid);
    // A shell and other helpers are native, too, and examining them would only waste time.
    if (runtime === 'native' || runtime === 'unknown') continue;
    try {
      const process = { pid, runtime, usableCores };
      const { profile } = await (await chooseProfiler(process, null, order)).capture(process, order);
      return summarizeProfile(profile, {});
    } catch (error) {
      if (error instanceof EvidenceUnavailableError) continue;
      throw error;
    }
  }
  return null;
}

async function tool(name: ToolName): Promise<string> {
  return (await findTool(name, { say: () => undefined, allowDownload: true })).path;
}
