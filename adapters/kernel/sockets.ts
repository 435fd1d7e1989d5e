import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { hostOf, parseSocketTable, portOf, type SocketRow } from '../../core/observe/socket-table.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import { linkOf, processTree, socketInodes } from './process-files.js';
import { kernelSockets } from './process-sockets.js';

const run = promisify(execFile);

/** One state would make `ss` drop the column of states; time-wait sockets can be thousands and tell nothing. */
const wantedStates = ['established', 'syn-sent', 'close-wait', 'listening'].flatMap((state) => ['state', state]);

/** Reads the sockets of one network namespace, again and again. */
export interface SocketReader {
  /** All TCP sockets. One call costs 3–5 ms of CPU with its process. */
  read: () => Promise<SocketRow[]>;
  /** Why the ages are not to be had; null when they are. */
  missing: MissingEvidence | null;
}

/**
 * Chooses how to look, once: `ss` (which asks the kernel for ages and byte counts), inside the network namespace of the process where that is
 * not ours, else the table of /proc, which has queues only.
 */
export async function openSocketReader(pid: number): Promise<SocketReader> {
  const [ours, theirs] = [linkOf('self/ns/net'), linkOf(`${pid}/ns/net`)];
  const isElsewhere = theirs !== null && ours !== theirs;
  const enter = isElsewhere ? ['nsenter', '-t', String(pid), '-n'] : [];
  for (const flags of ['-tineHO', '-tineH', '-tine']) {
    const command = [...enter, 'ss', flags, ...wantedStates];
    const works = await runTable(command).then(
      () => true,
      () => false,
    );
    if (works) return { read: () => runTable(command), missing: null };
  }
  return { read: () => Promise.resolve(kernelSockets(pid)), missing: missingAges(isElsewhere) };
}

async function runTable([program = 'ss', ...programArguments]: string[]): Promise<SocketRow[]> {
  const { stdout } = await run(program, programArguments, { maxBuffer: 256_000_000, timeout: 5000, killSignal: 'SIGKILL' });
  return parseSocketTable(stdout);
}

function missingAges(isElsewhere: boolean): MissingEvidence {
  return {
    id: 'socket-ages',
    what: 'where the requests in flight waited (peers, inside the service)',
    why: isElsewhere
      ? 'the program ss could not be run in the network namespace of the service'
      : 'the program ss could not be run, and /proc tells queues but no ages',
    remedy: isElsewhere
      ? 'Install iproute2 and util-linux, and run the worker (or host agent) as root or with CAP_SYS_ADMIN and CAP_SYS_PTRACE.'
      : 'Install iproute2 on the host of the worker (apt-get install iproute2, apk add iproute2, dnf install iproute).',
  };
}

/** Which sockets a process tree holds, remembered: its descriptors are read again only when a socket turns up that was never judged. */
export interface SocketOwnership {
  /**
   * To be called right before the rows are read. A connection that is closed between the look at the rows and the one at the descriptors would be
   * nobody's; where connections come and go, the descriptors are therefore read on both sides of the rows.
   */
  prepare: (pids: readonly number[]) => void;
  /** Inodes of its sockets among these rows; null when the descriptors of all its processes are hidden from us. */
  of: (rows: readonly SocketRow[], pids: readonly number[]) => ReadonlySet<number> | null;
}

export function trackOwnership(): SocketOwnership {
  let mine = new Set<number>();
  let judged = new Set<number>();
  let judgedFor = '';
  let before: number[] = [];
  let comeAndGo = false;
  return {
    prepare: (pids) => {
      before = comeAndGo ? pids.flatMap((pid) => socketInodes(pid) ?? []) : [];
    },
    of: (rows, pids) => {
      const tree = pids.join();
      comeAndGo = tree !== judgedFor || rows.some((row) => row.inode !== 0 && !judged.has(row.inode));
      if (!comeAndGo) return mine;
      const perProcess = pids.map(socketInodes);
      if (perProcess.every((inodes) => inodes === null)) return null;
      mine = new Set([...before, ...perProcess.flatMap((inodes) => inodes ?? [])]);
      judged = new Set(rows.map((row) => row.inode));
      judgedFor = tree;
      return mine;
    },
  };
}

/** Local ports of the service's connections to one peer: a database server names its clients by them. */
export async function servicePortsTowards(root: number, peer: { host: string; port: number }): Promise<Set<number>> {
  const addresses = new Set(await resolveHost(peer.host));
  const inodes = new Set(processTree(root).flatMap((pid) => socketInodes(pid) ?? []));
  const rows = kernelSockets(root).filter((row) => inodes.has(row.inode) && row.state !== 'LISTEN');
  return new Set(rows.filter((row) => portOf(row.peer) === peer.port && addresses.has(hostOf(row.peer))).map((row) => portOf(row.local)));
}

/** Addresses under which a host may be met. This machine's own ones are all the same host: a server bound to all of them is reached by any. */
export async function resolveHost(host: string): Promise<string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  const found = (await lookup(name, { all: true }).catch(() => [])).map(({ address }) => address);
  const own = ['127.0.0.1', '::1', ...Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))];
  const isLocal = name === 'localhost' || found.some((address) => own.includes(address) || address.startsWith('127.'));
  return [...new Set([...found, ...(isLocal ? own : [])])];
}
