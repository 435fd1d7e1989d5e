import { createLoadPermission } from './load-permission.js';
import { access } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import { createBisectActivities } from '../activities/bisect.js';
import type { BisectDependencies } from '../activities/bisect-dependencies.js';
import type { CommandDependencies } from '../activities/command/dependencies.js';
import { createCommandActivities } from '../activities/command/create-command-activities.js';
import { createActivities } from '../activities/create-activities.js';
import type { ActivityDependencies } from '../activities/dependencies.js';
import { createRunbookActivities } from '../activities/runbook/create-runbook-activities.js';
import type { RunbookDependencies } from '../activities/runbook/dependencies.js';
import { ensureSearchAttributes } from './search-attributes.js';
import { resolveTemporal, temporalUnreachable, type TemporalTarget } from '../adapters/temporal/connection.js';
import { UnreadableInputError } from '../core/model/errors.js';
import type { MeasuringPlace } from './bisect-dependencies.js';
import { identityOf, listMeasuringHosts } from './measuring-hosts.js';
import { installRuntime } from './runtime.js';
import { makeCurrent, versionOptions } from './worker-version.js';
import {
  bisectHostQueue,
  bisectQueue,
  hostQueue,
  incidentsQueue,
  loadQueue,
  workerRoles,
  type WorkerRole,
} from '../workflows/kernel/task-queues.js';

export interface StartWorkersOptions extends TemporalTarget {
  /** Builds what the activities need; gets the client for messages to workflows. */
  createDependencies: (client: Client, host: string) => ActivityDependencies;
  createBisectDependencies: (place: MeasuringPlace) => BisectDependencies;
  createCommandDependencies: (client: Client) => CommandDependencies;
  createRunbookDependencies: (client: Client, host: string) => RunbookDependencies;
  /** Name under which the catalog sends captures here (`process: { host: NAME }`); default the host's own name. */
  host?: string;
  /** Give up connecting after this long; a server may start after its workers. */
  connectWithinMs?: number;
  /** Which of the queues to serve; default all. An agent beside a service serves `host` alone. */
  roles?: readonly WorkerRole[];
  metricsAddress?: string | null;
  /** Version of what decides; null = none, and every worker takes every incident. */
  buildId?: string | null;
  log: (line: string) => void;
}

export interface RunningWorkers {
  /** Settles when all workers have stopped; rejects when one of them died. */
  finished: Promise<void>;
  /** Polling on every queue, as a readiness check wants to know it. */
  isHealthy: () => boolean;
  /** Stops taking work, cancels what runs (k6 included) and releases everything, once. */
  shutdown: () => Promise<void>;
}

/**
 * Long enough for a light activity to finish; loads and captures outlast any grace worth waiting for, are cancelled after it and tried again by
 * the next worker. The force limit leaves them the time to stop their processes.
 */
const shutdownGraceTime = '2s';
const shutdownForceTime = '20s';

async function connect({ connection }: ReturnType<typeof resolveTemporal>, withinMs: number): Promise<NativeConnection> {
  const until = Date.now() + withinMs;
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 3_000)) {
    try {
      return await NativeConnection.connect(connection);
    } catch (error) {
      if (Date.now() + waitMs > until) throw temporalUnreachable(connection.address, error);
      await delay(waitMs);
    }
  }
}

/** The bundle that the build left, seen from the compiled file and from the source file alike. */
async function findBundle(): Promise<string> {
  for (const candidate of ['../workflow-bundle.js', '../dist/workflow-bundle.js']) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new UnreadableInputError('the workflow bundle: expected dist/workflow-bundle.js, got nothing; run npm run build');
}

/**
 * What a load left lies on its machine, and captures look where the load runs when the catalog names no other place: whoever runs loads or decides
 * also answers for its own machine.
 */
function withHost(roles: readonly WorkerRole[]): WorkerRole[] {
  const isOnlyBisect = roles.every((role) => role === 'bisect');
  return [...new Set<WorkerRole>([...roles, ...(isOnlyBisect ? [] : (['host'] as const))])];
}

function optionsOf(role: WorkerRole, host: string): Pick<WorkerOptions, 'taskQueue' | 'maxConcurrentActivityTaskExecutions'> {
  switch (role) {
    case 'incidents':
      return { taskQueue: incidentsQueue, maxConcurrentActivityTaskExecutions: 40 };
    case 'load':
      // Two loads on one host measure each other.
      return { taskQueue: loadQueue, maxConcurrentActivityTaskExecutions: 1 };
    case 'host':
      return { taskQueue: hostQueue(host), maxConcurrentActivityTaskExecutions: 8 };
    case 'bisect':
      // Commits are measured one at a time all the same; reading and cleaning up need not wait for one that is being built.
      return { taskQueue: bisectQueue, maxConcurrentActivityTaskExecutions: 8 };
  }
}

/**
 * Starts the workers of one process: workflows and light activities (`incidents`), the load generator (`load`, one at a time), captures for this
 * host (`host-<name>`) and the bisector (`bisect`). Registers the search attributes first, since a workflow that writes an unknown one hangs.
 * Throws ProgramFailedError when Temporal cannot be reached, UnreadableInputError when the bundle was not built.
 */
export async function startWorkers(options: StartWorkersOptions): Promise<RunningWorkers> {
  const {
    createDependencies,
    host = hostname(),
    connectWithinMs = 30_000,
    roles = workerRoles,
    metricsAddress = null,
    buildId = null,
    log,
  } = options;
  installRuntime({ log, metricsAddress });
  const resolved = resolveTemporal(options);
  const { namespace } = resolved;
  const codePath = await findBundle();
  const connection = await connect(resolved, connectWithinMs);
  try {
    await ensureSearchAttributes(connection, namespace, options.log);
    const client = new Client({ connection, namespace });
    const activities = {
      ...createCommandActivities(options.createCommandDependencies(client)),
      ...createRunbookActivities(options.createRunbookDependencies(client, host)),
      ...createActivities(createDependencies(client, host)),
      ...createBisectActivities(
        options.createBisectDependencies({
          ...{ host, measuringHosts: () => listMeasuringHosts(connection, namespace, host), mayLoad: createLoadPermission(client) },
        }),
      ),
    };
    const workers: Worker[] = [];
    for (const role of withHost(roles)) {
      const shared = {
        connection,
        namespace,
        activities,
        identity: identityOf(host),
        shutdownGraceTime,
        shutdownForceTime,
        maxHeartbeatThrottleInterval: '1s',
      } as const;
      const isDecider = role === 'incidents' || role === 'bisect';
      const workflows = isDecider
        ? ({
            ...{ workflowBundle: { codePath }, stickyQueueScheduleToStartTimeout: '4s', maxCachedWorkflows: 200 },
            ...versionOptions(buildId),
          } as const)
        : {};
      workers.push(await Worker.create({ ...shared, ...workflows, ...optionsOf(role, host) }));
      // What one machine built or left behind only its own workers can use and remove.
      if (role === 'bisect')
        workers.push(await Worker.create({ ...shared, taskQueue: bisectHostQueue(host), maxConcurrentActivityTaskExecutions: 8 }));
    }
    const running = run(workers, connection);
    const isDeciding = roles.some((role) => role === 'incidents' || role === 'bisect');
    if (buildId !== null && isDeciding) await makeCurrent(connection, namespace, buildId).catch(stopping(running));
    return running;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Workers that nobody will hear of must not go on. */
function stopping({ shutdown }: RunningWorkers): (error: unknown) => Promise<never> {
  return async (error) => {
    await shutdown();
    throw error;
  };
}

function run(workers: readonly Worker[], connection: NativeConnection): RunningWorkers {
  const stop = (): void => {
    for (const worker of workers.toReversed()) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run());
  // When one dies the rest is of no use: no half of a responder.
  for (const each of runs) each.catch(stop);
  const finished = Promise.allSettled(runs).then(async (results) => {
    await connection.close();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  // Whoever does not wait for the end must not be killed by an unhandled rejection; `finished` itself still rejects.
  finished.catch(() => undefined);
  return {
    finished,
    isHealthy: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    shutdown: async () => {
      stop();
      await finished;
    },
  };
}
