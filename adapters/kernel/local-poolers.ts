import { basename } from 'node:path';
import { isPooler, type Pooler } from '../../core/observe/poolers.js';
import { portOf } from '../../core/observe/socket-table.js';
import { listProcesses, readStat, socketInodes } from './process-files.js';
import { detectRuntime } from './process-runtime.js';
import { kernelSockets } from './process-sockets.js';

/** Poolers that run on this host and whose sockets we may see. One without a connection to any server at the moment leads nowhere. */
export function localPoolers(): Pooler[] {
  // The name in the process table is cheap to read; the program behind it is asked only where it may matter.
  const pids = listProcesses().filter((pid) => isPooler(readStat(pid)?.name ?? ''));
  return pids.flatMap((pid) => {
    const inodes = new Set(socketInodes(pid) ?? []);
    const rows = kernelSockets(pid).filter((row) => inodes.has(row.inode));
    const ports = rows.filter((row) => row.state === 'LISTEN').map((row) => portOf(row.local));
    const servers = new Map<string, number>();
    for (const { state, local, peer } of rows)
      if (state === 'ESTAB' && !ports.includes(portOf(local))) servers.set(peer, (servers.get(peer) ?? 0) + 1);
    return ports.length === 0 ? [] : [{ name: basename(detectRuntime(pid).executable), ports, servers }];
  });
}
