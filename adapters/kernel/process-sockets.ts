import { parseKernelSocketTable } from '../../core/observe/kernel-socket-table.js';
import { hostOf, portOf, type SocketRow } from '../../core/observe/socket-table.js';
import { linkOf, readProc, socketInodes } from './process-files.js';

export interface ListeningSocket {
  /** Address to connect to from the same host: loopback where the socket listens on every address. */
  host: string;
  port: number;
  inode: number;
}

/** All TCP sockets in the network namespace of a process, whoever owns them: ends, queues and inodes, no ages. */
export function kernelSockets(pid: number | 'self'): SocketRow[] {
  return ['tcp', 'tcp6'].flatMap((name) => parseKernelSocketTable(readProc(`${pid}/net/${name}`) ?? ''));
}

/** The same for many processes: the kernel walks all its sockets for every read, and those of one network namespace have one table. */
export function socketTables(): (pid: number) => SocketRow[] {
  const known = new Map<string, SocketRow[]>();
  return (pid) => {
    const namespace = linkOf(`${pid}/ns/net`) ?? String(pid);
    const table = known.get(namespace) ?? kernelSockets(pid);
    known.set(namespace, table);
    return table;
  };
}

/** Those of them that listen. */
export function listeningSockets(pid: number | 'self'): ListeningSocket[] {
  return listening(kernelSockets(pid));
}

function listening(rows: SocketRow[]): ListeningSocket[] {
  return rows
    .filter((row) => row.state === 'LISTEN')
    .map((row) => ({ host: hostOf(row.local) === '::1' ? '[::1]' : '127.0.0.1', port: portOf(row.local), inode: row.inode }));
}

/** Those of them that the process itself holds open. Null when its descriptors are not ours to see. */
export function ownListeningSockets(pid: number, socketsOf: (pid: number) => SocketRow[] = kernelSockets): ListeningSocket[] | null {
  const inodes = socketInodes(pid);
  if (inodes === null) return null;
  return inodes.length === 0 ? [] : listening(socketsOf(pid)).filter((socket) => inodes.includes(socket.inode));
}
