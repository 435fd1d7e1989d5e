import { parseKernelSocketTable } from '../../core/observe/kernel-socket-table.js';
import { hostOf, portOf, type SocketRow } from '../../core/observe/socket-table.js';
import { readProc, socketInodes } from './process-files.js';

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

/** Those of them that listen. */
export function listeningSockets(pid: number | 'self'): ListeningSocket[] {
  return kernelSockets(pid)
    .filter((row) => row.state === 'LISTEN')
    .map((row) => ({ host: hostOf(row.local) === '::1' ? '[::1]' : '127.0.0.1', port: portOf(row.local), inode: row.inode }));
}

/** Those of them that the process itself holds open. Null when its descriptors are not ours to see. */
export function ownListeningSockets(pid: number): ListeningSocket[] | null {
  const inodes = socketInodes(pid);
  return inodes === null ? null : listeningSockets(pid).filter((socket) => inodes.includes(socket.inode));
}
