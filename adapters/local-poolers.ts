import { basename } from 'node:path';
import { isPooler, type Pooler } from '../core/observe/poolers.js';
import { portOf } from '../core/observe/socket-table.js';
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
    const servers = rows.filter((row) => row.state === 'ESTAB' && !ports.includes(portOf(row.local))).map((row) => row.peer);
    return ports.length === 0 ? [] : [{ name: basename(detectRuntime(pid).executable), ports, servers: [...new Set(servers)] }];
  });
}
