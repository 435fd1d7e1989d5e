/** What `init` finds on this machine: processes that may be the service, and what they are connected to. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { environmentOf, processesThatListen, type ListeningProcess } from '../../adapters/kernel/processes-that-listen.js';
import { socketTables } from '../../adapters/kernel/process-sockets.js';
import { socketInodes } from '../../adapters/kernel/process-files.js';
import { portOf } from '../../core/observe/socket-table.js';

export interface Candidate extends ListeningProcess {
  port: number;
  /** Name for the catalog, from the folder or the program. */
  name: string;
  /** Variables of its environment that contain the URL of a PostgreSQL database; never their values. */
  databaseVariables: string[];
  /** It has a connection to a PostgreSQL port, whatever its environment says. */
  talksToPostgres: boolean;
  /** Top folder of the git repository in which it runs. */
  repository: string | null;
}

/** Programs that listen but are never the service: databases, proxies of containers, browsers, and this tool's own parts. */
const notServices =
  /(?:^|[/\s])(?:postgres|mysqld|mariadbd|redis-server|mongod|memcached|temporal\S*|k6|prometheus|prometheus-\S+|alertmanager|grafana|sshd|systemd\S*|dockerd|containerd|docker-proxy|chrome|chromium|code-server|cupsd|dnsmasq|pgbouncer)(?:[\s:]|$)|perf-responder/;

const runtimeOrder = ['node', 'python', 'java', 'go', 'ruby'];
const postgresPort = 5432;
/** Ports of debuggers beside the service: the inspector of Node, debugpy, the debug agent of Java, delve. */
const debugPorts = [9229, 5678, 5005, 2345];

/** Likely services first: a known runtime, a named database, a usual port. */
export function findCandidates(): Candidate[] {
  const socketsOf = socketTables();
  return (
    processesThatListen(socketsOf)
      .filter(({ pid, command }) => pid !== process.pid && !notServices.test(command))
      .flatMap((found) => {
        const port = found.ports.find((one) => !debugPorts.includes(one));
        return port === undefined ? [] : [describe(found, port, socketsOf)];
      })
      .sort((a, b) => likelihood(b) - likelihood(a) || a.port - b.port)
      // Forked workers share the port of their parent.
      .filter(({ port }, index, all) => all.findIndex((one) => one.port === port) === index)
  );
}

function likelihood({ runtime, databaseVariables, talksToPostgres, port }: Candidate): number {
  const isUsual = [3000, 4000, 5000, 8000, 8080, 8081, 9000].includes(port);
  return (runtimeOrder.includes(runtime) ? 4 : 0) + (databaseVariables.length > 0 ? 2 : 0) + (talksToPostgres ? 1 : 0) + (isUsual ? 1 : 0);
}

function describe(found: ListeningProcess, port: number, socketsOf: ReturnType<typeof socketTables>): Candidate {
  const variables = [...(environmentOf(found.pid) ?? [])].filter(([, value]) => /^postgres(?:ql)?:\/\//.test(value)).map(([name]) => name);
  const inodes = new Set(socketInodes(found.pid) ?? []);
  const peers = socketsOf(found.pid).filter(({ inode, state }) => inodes.has(inode) && state === 'ESTAB');
  return {
    ...found,
    port,
    name: nameOf(found),
    databaseVariables: variables.sort((a, b) => Number(b === 'DATABASE_URL') - Number(a === 'DATABASE_URL')),
    talksToPostgres: peers.some(({ peer }) => portOf(peer) === postgresPort),
    repository: found.directory === null ? null : repositoryOf(found.directory),
  };
}

/** The working folder is a better name for a service than `node`. */
function nameOf({ directory, command }: ListeningProcess): string {
  const folder = directory === null || directory === '/' ? '' : basename(directory);
  const program = basename(command.split(' ')[0] ?? '');
  return (
    (folder || program || 'service')
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|(?<!-)-+$/g, '') || 'service'
  );
}

function repositoryOf(directory: string): string | null {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}
