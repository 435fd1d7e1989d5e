import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { environmentOf } from '../../adapters/kernel/processes-that-listen.js';
import { linkOf, readProc } from '../../adapters/kernel/process-files.js';
import { readWorkerIdentity } from '../../adapters/temporal/key-in-use.js';
import { activityPollers } from '../../adapters/temporal/queue-pollers.js';
import { dataVariable, defaultDataFolder } from '../../config/environment.js';
import { incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';

/** A worker as Temporal sees it, with its environment if it runs on this machine and we may read it. */
export interface RunningWorker {
  identity: string;
  queues: string[];
  environment: ReadonlyMap<string, string> | null;
}

/** Who works on incidents and loads now. Rejects when Temporal does not answer. */
export async function findWorkers(client: Client): Promise<RunningWorker[]> {
  const namespace = client.options.namespace;
  const workers = new Map<string, string[]>();
  for (const queue of [incidentsQueue, loadQueue]) {
    for (const identity of await activityPollers(client, { namespace, queue })) {
      workers.set(identity, [...(workers.get(identity) ?? []), queue]);
    }
  }
  return [...workers].map(([identity, queues]) => ({ identity, queues, environment: localEnvironment(identity) })).filter(isPresent);
}

/** Of a worker on this host. */
function localPid(identity: string): number | null {
  const worker = readWorkerIdentity(identity);
  return worker?.host === hostname() ? worker.pid : null;
}

/** A worker that has just died counts as polling for another minute, but its process is gone. */
function localEnvironment(identity: string): ReadonlyMap<string, string> | null {
  const pid = localPid(identity);
  return pid === null ? null : environmentOf(pid);
}

function isPresent({ identity, environment }: RunningWorker): boolean {
  return environment !== null || !identity.endsWith(`@${hostname()}`);
}

/**
 * The data folder of the workers on this machine that serve this Temporal, from their command line and environment. Null when there is none, when they have
 * several, or when it cannot be seen from here (another user's, in a container).
 */
export async function findDataFolder(client: Client): Promise<string | null> {
  const workers = await findWorkers(client).catch(() => []);
  const folders = new Set(workers.flatMap(({ identity, environment }) => dataFolderOf(localPid(identity), environment) ?? []));
  const [folder, ...others] = folders;
  if (folder === undefined || others.length > 0) return null;
  const isHere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isHere ? folder : null;
}

function dataFolderOf(pid: number | null, environment: ReadonlyMap<string, string> | null): string | null {
  if (pid === null || environment === null) return null;
  const words = readProc(`${pid}/cmdline`)?.split('\0') ?? [];
  const directory = linkOf(`${pid}/cwd`);
  if (directory === null || !words.some((word) => programNames.has(basename(word)))) return null;
  const named = words.flatMap((word, at) => (word === '--data' ? (words[at + 1] ?? []) : word.startsWith('--data=') ? word.slice(7) : []));
  return resolve(directory, named.at(-1) ?? (environment.get(dataVariable) || defaultDataFolder));
}

const programNames = new Set(['perf-responder', 'perf-responder.js']);
