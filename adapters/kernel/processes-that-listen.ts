import { commandLine, linkOf, listProcesses, readProc } from './process-files.js';
import { detectRuntime } from './process-runtime.js';
import { ownListeningSockets, socketTables } from './process-sockets.js';

/** A process that accepts TCP connections on this machine, as far as this user may look into it. */
export interface ListeningProcess {
  pid: number;
  runtime: string;
  command: string;
  ports: number[];
  /** Working directory; null when it may not be read. */
  directory: string | null;
}

/** Every listening process that this user may look into, by its lowest port. */
export function processesThatListen(socketsOf = socketTables()): ListeningProcess[] {
  const found: ListeningProcess[] = [];
  for (const pid of listProcesses()) {
    const ports = [...new Set((ownListeningSockets(pid, socketsOf) ?? []).map(({ port }) => port))].sort((a, b) => a - b);
    if (ports.length === 0) continue;
    found.push({ pid, runtime: detectRuntime(pid).runtime, command: commandLine(pid), ports, directory: linkOf(`${pid}/cwd`) });
  }
  return found.sort((a, b) => (a.ports[0] ?? 0) - (b.ports[0] ?? 0));
}

/** The environment a process was started with; null when it may not be read. Holds secrets. */
export function environmentOf(pid: number): Map<string, string> | null {
  const text = readProc(`${pid}/environ`);
  if (text === null) return null;
  const pairs = text.split('\0').filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
