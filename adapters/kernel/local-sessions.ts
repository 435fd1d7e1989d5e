import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { listProcesses, processTree, readStat, socketInodes } from './process-files.js';

const run = promisify(execFile);

/** Tells which of a server's sessions are the service's where they came by a Unix-domain socket: those have no port by which a server names its clients. */
export type LocalSessions = (root: number, serverPort: number) => Promise<Set<number>>;

/**
 * The kernel pairs the two ends of such a socket: ours is held by the service, the other by the backend of the session, whose process id the server
 * tells. Empty where the server's processes are hidden from us or in a container, or without `ss`.
 */
export function trackLocalSessions(): LocalSessions {
  const backends = new Map<number, number>();
  return async (root, serverPort) => {
    const ours = new Set(processTree(root).flatMap((pid) => socketInodes(pid) ?? []));
    const { stdout } = await run('ss', ['-xnH'], { maxBuffer: 64_000_000, timeout: 5000 }).catch(() => ({ stdout: '' }));
    const ends = serverEnds(stdout, serverPort).filter(({ peer }) => ours.has(peer));
    if (ends.some(({ inode }) => !backends.has(inode))) for (const [inode, pid] of backendSockets()) backends.set(inode, pid);
    return new Set(ends.flatMap(({ inode }) => backends.get(inode) ?? []));
  };
}

/** `u_str ESTAB 0 0 /run/postgresql/.s.PGSQL.5432 41 * 42`: path and inode of this end, then of the other. */
function serverEnds(table: string, port: number): { inode: number; peer: number }[] {
  return table.split('\n').flatMap((line) => {
    const match = /\.s\.PGSQL\.(\d+) (\d+) +\S+ (\d+)/.exec(line);
    return match === null || Number(match[1]) !== port ? [] : [{ inode: Number(match[2]), peer: Number(match[3]) }];
  });
}

function backendSockets(): [inode: number, pid: number][] {
  const servers = listProcesses().filter((pid) => readStat(pid)?.name.startsWith('postgres') === true);
  return servers.flatMap((pid) => (socketInodes(pid) ?? []).map((inode): [number, number] => [inode, pid]));
}
