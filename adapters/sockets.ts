import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { lookup } from 'node:dns/promises';
import { EvidenceUnavailableError } from '../core/model/errors.js';
import { parseSocketTable, portOf, type SocketRow } from '../core/observe/socket-table.js';
import { processTree } from './processes.js';
import { socketInodes } from './process-files.js';

const run = promisify(execFile);

/** All TCP sockets of the network namespace of a process, with what the kernel knows of each. One call costs a few milliseconds. */
export async function readSockets(pid: number): Promise<SocketRow[]> {
  const [ours, theirs] = await Promise.all(['self', String(pid)].map((name) => readlink(`/proc/${name}/ns/net`).catch(() => null)));
  const isElsewhere = theirs !== null && theirs !== undefined && ours !== theirs;
  const command = ['ss', '-tinaHOe'];
  const [program = 'ss', ...programArguments] = isElsewhere ? ['nsenter', '-t', String(pid), '-n', ...command] : command;
  try {
    const { stdout } = await run(program, programArguments, { maxBuffer: 64_000_000, timeout: 5000 });
    return parseSocketTable(stdout);
  } catch (error) {
    throw new EvidenceUnavailableError(
      {
        id: 'sockets',
        what: 'the states of the sockets of the service',
        why: isElsewhere ? 'its network namespace could not be entered (nsenter, ss)' : 'the program ss could not be run',
        remedy: isElsewhere
          ? 'Run the host agent as root with CAP_SYS_ADMIN, or inside the namespace of the service.'
          : 'Install iproute2 on the host of the service (apt-get install iproute2).',
      },
      { cause: error },
    );
  }
}

/** Inodes of all sockets that a process tree holds. */
export async function ownedSockets(root: number): Promise<Set<number>> {
  const all = await Promise.all((await processTree(root)).map(socketInodes));
  return new Set(all.flat());
}

/** Local ports of the service's connections to one peer: the database server names its clients by them. */
export async function servicePortsTowards(root: number, peer: { host: string; port: number }): Promise<Set<number>> {
  const [rows, owned, addresses] = await Promise.all([readSockets(root), ownedSockets(root), resolveHost(peer.host)]);
  const wanted = new Set(addresses.map((address) => (address.includes(':') ? `[${address}]:${peer.port}` : `${address}:${peer.port}`)));
  return new Set(rows.filter((row) => owned.has(row.inode) && wanted.has(row.peer)).map((row) => portOf(row.local)));
}

export async function resolveHost(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  const isLocal = host === 'localhost' || host === '127.0.0.1' || host === '::1';
  return [...new Set([...found.map((entry) => entry.address), ...(isLocal ? ['127.0.0.1', '::1'] : [])])];
}
