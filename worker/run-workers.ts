import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createBisectActivities } from '../activities/bisect.js';
import type { BisectDependencies } from '../activities/bisect-dependencies.js';
import { createCommandActivities } from '../activities/command/create-command-activities.js';
import type { CommandDependencies } from '../activities/command/dependencies.js';
import { createActivities } from '../activities/create-activities.js';
import type { ActivityDependencies } from '../activities/dependencies.js';
import { createRunbookActivities } from '../activities/runbook/create-runbook-activities.js';
import type { RunbookDependencies } from '../activities/runbook/dependencies.js';
import { converterOf, operatedServer, resolveTemporal, temporalUnreachable, type TemporalTarget } from '../adapters/temporal/connection.js';
import { workerIdentity } from '../adapters/temporal/key-in-use.js';
import { bisectHostQueue, workerRoles, type WorkerRole } from '../workflows/kernel/task-queues.js';
import type { MeasuringPlace } from './dependencies/bisect-dependencies.js';
import { openProbe, type Probe } from './health-server.js';
import { createLoadPermission } from './load/load-permission.js';
import { listMeasuringHosts } from './measuring-hosts.js';
import { installRuntime } from './runtime.js';
import { ensureSearchAttributes } from './search-attributes.js';
import { createWorkerHealth, type ServedQueue } from './worker-health.js';
import { decides, findBundle, optionsOf, withHost, type QueueOptions } from './worker-roles.js';
import { makeCurrent, versionOptions } from './worker-version.js';

export interface StartWorkersOptions extends TemporalTarget {
  /** Builds what the activities need; the client sends messages to workflows. */
  createDependencies: (client: Client, host: string) => ActivityDependencies;
  createBisectDependencies: (place: MeasuringPlace) => BisectDependencies;
  createCommandDependencies: (client: Client, host: string) => CommandDependencies;
  createRunbookDependencies: (client: Client, host: string) => RunbookDependencies;
  /** Name by which the catalog sends captures here (`process: { host: NAME }`); default: the host's own name. */
  host?: string;
  /** Stops trying to connect after this long; a server may start after its workers. */
  connectWithinMs?: number;
  /** The queues to serve; default all. An agent beside a service only serves `host`. */
  roles?: readonly WorkerRole[];
  metricsAddress?: string | null;
  /** `HOST:PORT` for `/healthz` and `/readyz`; null = not served. */
  healthAddress?: string | null;
  /** Version of the workflow code; null = none, and every worker takes every incident. */
  buildId?: string | null;
  /** What runs beside the workers; returns a function that stops it. */
  beside: (client: Client) => () => void;
  log: (line: string) => void;
}

export interface RunningWorkers {
  /** Settles when all workers have stopped; rejects when one of them died. */
  finished: Promise<void>;
  /** Where `/healthz` and `/readyz` are; null when they are not served. */
  healthOrigin: string | null;
  /** Stops taking work, cancels what runs (k6 included) and releases everything, once. */
  shutdown: () => Promise<void>;
}

/**
 * Long enough for a light activity to finish. Loads and captures last longer than any reasonable grace period: they are cancelled after it, and the next
 * worker retries them. The force limit leaves them time to stop their processes.
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

/**
 * Starts the workers of one process: workflows and light activities (`incidents`), the load generator (`load`, one at a time), captures for this host
 * (`host-<name>`) and the bisector (`bisect`). Search attributes are registered first, because a workflow that writes an unknown one hangs. Throws
 * ProgramFailedError when Temporal cannot be reached, UnreadableInputError when the bundle was not built or the address of the probes is taken.
 */
export async function startWorkers(options: StartWorkersOptions): Promise<RunningWorkers> {
  const { connectWithinMs = 30_000, metricsAddress = null, healthAddress = null, log } = options;
  installRuntime({ log, metricsAddress });
  // Opened before the server is reached: a worker that starts together with its cluster is alive, but not ready yet.
  const probe = await openProbe(healthAddress);
  try {
    const resolved = resolveTemporal(options);
    const connection = await connect(resolved, connectWithinMs);
    try {
      return await startOn({ connection, server: operatedServer(resolved), probe }, options);
    } catch (error) {
      await connection.close();
      throw error;
    }
  } catch (error) {
    await probe.close();
    throw error;
  }
}

interface Place {
  connection: NativeConnection;
  server: ReturnType<typeof operatedServer>;
  probe: Probe;
}

async function startOn({ connection, server, probe }: Place, options: StartWorkersOptions): Promise<RunningWorkers> {
  const { host = hostname(), roles = workerRoles, buildId = null } = options;
  const identity = workerIdentity(host, options.keyId ?? null);
  await ensureSearchAttributes(connection, server, options.log);
  const shared = {
    connection,
    namespace: server.namespace,
    activities: activitiesOf(connection, server.namespace, host, options),
    ...converterOf(options),
    identity,
    shutdownGraceTime,
    shutdownForceTime,
    maxHeartbeatThrottleInterval: '1s',
  } as const;
  const codePath = await findBundle();
  const workflows = {
    ...({ workflowBundle: { codePath }, stickyQueueScheduleToStartTimeout: '4s', maxCachedWorkflows: 200 } as const),
    ...versionOptions(buildId),
  } as const;
  const served: Served[] = [];
  for (const role of withHost(roles)) {
    const queue = optionsOf(role, host);
    served.push(await serve({ ...shared, ...(decides(role) ? workflows : {}), ...queue }));
    // Only a machine's own workers can use and remove what it built or left behind.
    if (role === 'bisect')
      served.push(await serve({ ...shared, taskQueue: bisectHostQueue(host), maxConcurrentActivityTaskExecutions: 8 }));
  }
  const stopBeside = options.beside(clientOf(connection, server.namespace, options));
  const running = run(served, connection, async () => {
    stopBeside();
    await probe.close();
  });
  const queues = served.map(({ queue }) => queue);
  probe.watch(createWorkerHealth({ connection, namespace: server.namespace, identity, queues }));
  if (buildId !== null && roles.some(decides)) await makeCurrent(connection, server, buildId).catch(stopping(running));
  return { ...running, healthOrigin: probe.origin };
}

function clientOf(connection: NativeConnection, namespace: string, options: StartWorkersOptions): Client {
  return new Client({ connection, namespace, ...converterOf(options) });
}

function activitiesOf(connection: NativeConnection, namespace: string, host: string, options: StartWorkersOptions): object {
  const client = clientOf(connection, namespace, options);
  const measuringHosts = (): Promise<string[]> => listMeasuringHosts(connection, namespace, host);
  return {
    ...createCommandActivities(options.createCommandDependencies(client, host)),
    ...createRunbookActivities(options.createRunbookDependencies(client, host)),
    ...createActivities(options.createDependencies(client, host)),
    ...createBisectActivities(options.createBisectDependencies({ host, measuringHosts, mayLoad: createLoadPermission(client) })),
  };
}

interface Served {
  worker: Worker;
  queue: ServedQueue;
}

async function serve(options: WorkerOptions & QueueOptions): Promise<Served> {
  const worker = await Worker.create(options);
  return {
    worker,
    queue: {
      taskQueue: options.taskQueue,
      kinds: options.workflowBundle === undefined ? ['activity'] : ['workflow', 'activity'],
      isRunning: () => worker.getState() === 'RUNNING',
      isFull: () => worker.getStatus().numInFlightNonLocalActivities >= options.maxConcurrentActivityTaskExecutions,
    },
  };
}

/** Workers whose start failed must not keep running. */
function stopping({ shutdown }: Pick<RunningWorkers, 'shutdown'>): (error: unknown) => Promise<never> {
  return async (error) => {
    await shutdown();
    throw error;
  };
}

function run(served: readonly Served[], connection: NativeConnection, release: () => Promise<void>): Omit<RunningWorkers, 'healthOrigin'> {
  const stop = (): void => {
    for (const { worker } of served.toReversed()) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = served.map(({ worker }) => worker.run());
  // When one worker dies the others are stopped, because half a responder is of no use.
  for (const each of runs) each.catch(stop);
  const finished = Promise.allSettled(runs).then(async (results) => {
    await release();
    await connection.close();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  // A caller that does not wait for the end must not be killed by an unhandled rejection; `finished` itself still rejects.
  finished.catch(() => undefined);
  return {
    finished,
    shutdown: async () => {
      stop();
      await finished;
    },
  };
}
