import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { basename } from 'node:path';
import { EvidenceUnavailableError, UnreadableInputError } from '../../core/model/errors.js';
import { portOf, type SocketRow } from '../../core/observe/socket-table.js';
import {
  ancestorsOf,
  commandLine,
  linkOf,
  listProcesses,
  processTree,
  readLivingStat,
  readProc,
  readStat,
  socketInodes,
} from './process-files.js';
import { detectRuntime } from './process-runtime.js';
import { kernelSockets } from './process-sockets.js';

/** How the catalog names the process of a service. */
export type ProcessLocator =
  /** `serves`: the host of the service's address, when nobody said on which machine its process is; it must be this one. */
  | { kind: 'port'; port: number; serves?: string }
  | { kind: 'pid'; pid: number }
  | { kind: 'pid-file'; path: string }
  | { kind: 'command'; pattern: string };

export interface FoundProcess {
  pid: number;
  /** With the pid it names the process for good: ids are given again. */
  startTicks: number;
  /** Port on which the service listens; null when it has none or several. */
  port: number | null;
}

/** Programs that only pass connections on: whoever listens through them is another process, elsewhere. */
const forwarders = new Set([
  'docker-proxy',
  'rootlessport',
  'rootlesskit',
  'slirp4netns',
  'pasta',
  'kubectl',
  'ssh',
  'sshd',
  'socat',
  'gvproxy',
]);
/** Programs that only start others. */
const launchers =
  /^(sh|bash|dash|ash|zsh|busybox|sudo|su|env|nohup|setsid|setpriv|timeout|time|nice|tini|dumb-init|docker-init|npm|npx|yarn|pnpm|script)$/;

/**
 * Finds the process of a service, the topmost one where several share the work (cluster, prefork). Processes that cannot be told apart are an
 * UnreadableInputError: a guess would profile the wrong program. A process that cannot be found or seen is an EvidenceUnavailableError.
 */
export async function findServiceProcess(locator: ProcessLocator): Promise<FoundProcess> {
  if (readProc('self/stat') === null)
    throw unavailable('this system has no /proc', 'Run the worker (or a host agent) on the Linux host of the service.');
  if (locator.kind === 'port' && locator.serves !== undefined) await refuseOtherMachine(locator.serves);
  const pid = topmost(await candidatesOf(locator), locator);
  const stat = readLivingStat(pid);
  if (stat === null) throw unavailable(`process ${pid} has ended`, 'Check that the service runs, then triage again.');
  return { pid, startTicks: stat.startTicks, port: locator.kind === 'port' ? locator.port : onlyPort(pid) };
}

async function candidatesOf(locator: ProcessLocator): Promise<number[]> {
  switch (locator.kind) {
    case 'pid':
      return readLivingStat(locator.pid) === null ? [] : [behindLauncher(locator.pid)];
    case 'port':
      return listenersOn(locator.port);
    case 'command':
      return matching(locator.pattern);
    case 'pid-file': {
      const text = await readFile(locator.path, 'utf8').catch(() => '');
      const pid = Number(text.trim().split(/\s/)[0]);
      if (Number.isInteger(pid) && pid > 0) return readLivingStat(pid) === null ? [] : [behindLauncher(pid)];
      throw unavailable(
        `the file ${locator.path} cannot be read or holds no process id`,
        'Correct process.pidFile in the catalog, or name the port instead.',
      );
    }
  }
}

/** `npm start` and `sh -c` are not the service: while such a program has one child, that is meant. */
function behindLauncher(pid: number): number {
  const [, ...descendants] = isLauncher(pid) ? processTree(pid) : [pid];
  const children = descendants.filter((child) => readStat(child)?.parent === pid);
  const [child] = children;
  return children.length === 1 && child !== undefined ? behindLauncher(child) : pid;
}

/** A program that runs in an interpreter (npm) shows by its title. */
function isLauncher(pid: number): boolean {
  return launchers.test(nameOf(pid)) || launchers.test(basename(commandLine(pid).split(' ')[0] ?? ''));
}

function nameOf(pid: number): string {
  return basename(detectRuntime(pid).executable);
}

/** Owners of the listening sockets on a port: first in our own network namespace, then in those of containers. */
function listenersOn(port: number): number[] {
  const processes = listProcesses();
  const ours = linkOf('self/ns/net');
  const strangers = new Map<string, number>();
  for (const pid of processes) {
    const namespace = linkOf(`${pid}/ns/net`);
    if (namespace !== null && namespace !== ours && !strangers.has(namespace)) strangers.set(namespace, pid);
  }
  for (const witness of ['self' as const, ...strangers.values()]) {
    const listeners = kernelSockets(witness).filter((row) => row.state === 'LISTEN' && portOf(row.local) === port);
    if (listeners.length > 0) return ownersOf(listeners, processes, port);
  }
  return [];
}

function ownersOf(listeners: SocketRow[], processes: number[], port: number): number[] {
  const inodes = new Set(listeners.map((row) => row.inode));
  const owners = processes.filter((pid) => socketInodes(pid)?.some((inode) => inodes.has(inode)) === true);
  if (owners.length === 0)
    throw unavailable(
      `something listens on port ${port}, but its process cannot be seen by this user`,
      'Run the worker (or a host agent) as the user of the service, or as root.',
    );
  const forwarder = owners.map(nameOf).find((name) => forwarders.has(name));
  if (forwarder !== undefined)
    throw unavailable(
      `port ${port} belongs to ${forwarder}, which only passes connections on`,
      'Name the service itself in `process` of the catalog: a pid, a pidFile or a command (it may be in a container).',
    );
  return owners;
}

/** Processes whose command line matches, without ourselves, whoever started us, and mere launchers of a match. */
function matching(pattern: string): number[] {
  const expression = new RegExp(pattern);
  const excluded = new Set([process.pid, ...ancestorsOf(process.pid)]);
  const found = listProcesses().filter((pid) => {
    if (excluded.has(pid) || readLivingStat(pid) === null) return false;
    const line = commandLine(pid);
    return line !== '' && expression.test(line);
  });
  const real = found.filter((pid) => !isLauncher(pid));
  return real.length > 0 ? real : found.map(behindLauncher);
}

/** The candidate that all others descend from; for workers on one port, their common parent, when it is the same program. */
function topmost(candidates: number[], locator: ProcessLocator): number {
  if (candidates.length === 0)
    throw unavailable(
      `no process ${describeLocator(locator)} was found`,
      'Start the service, correct `process` in the catalog, or give the worker the rights to see it (same user or root).',
    );
  const roots = candidates.filter((pid) => !ancestorsOf(pid).some((ancestor) => candidates.includes(ancestor)));
  const [root] = roots;
  if (roots.length === 1 && root !== undefined) return root;
  const parent = locator.kind === 'port' ? commonParent(roots) : null;
  if (parent !== null) return parent;
  throw new UnreadableInputError(
    `Expected one process ${describeLocator(locator)}, found ${roots.length} that have nothing to do with each other: ${roots.map((pid) => `${pid} (${nameOf(pid)})`).join(', ')}. Name the port or the pid in \`process\` of the catalog.`,
  );
}

/** Another program as parent (a shell, a supervisor, ourselves) has other children too. */
function commonParent(pids: number[]): number | null {
  const [parent, ...others] = new Set(pids.map((pid) => readStat(pid)?.parent ?? 0));
  if (parent === undefined || parent <= 1 || others.length > 0) return null;
  const isOurs = parent === process.pid || ancestorsOf(process.pid).includes(parent);
  return !isOurs && pids.every((pid) => nameOf(pid) === nameOf(parent)) ? parent : null;
}

function onlyPort(pid: number): number | null {
  const inodes = new Set(processTree(pid).flatMap((each) => socketInodes(each) ?? []));
  const listeners = kernelSockets(pid).filter((row) => row.state === 'LISTEN' && inodes.has(row.inode));
  const [port, ...others] = new Set(listeners.map((row) => portOf(row.local)));
  return port !== undefined && others.length === 0 ? port : null;
}

function describeLocator(locator: ProcessLocator): string {
  switch (locator.kind) {
    case 'port':
      return `listening on port ${locator.port}`;
    case 'pid':
      return `with pid ${locator.pid}`;
    case 'pid-file':
      return `of ${locator.path}`;
    case 'command':
      return `whose command matches ${locator.pattern}`;
  }
}

/** A listener on the same port here has nothing to do with an address that is elsewhere: its profile would be of another program. */
async function refuseOtherMachine(host: string): Promise<void> {
  const name = host.replace(/^\[|\]$/g, '');
  const found = (await lookup(name, { all: true }).catch(() => [])).map(({ address }) => address);
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)));
  if (name === 'localhost' || found.some((address) => own.has(address) || address.startsWith('127.'))) return;
  throw unavailable(
    `${name} is no address of this machine`,
    'Name the machine of the process with process: { host: NAME } in the catalog, and run perf-responder worker --host NAME there.',
  );
}

/** Captures are taken on one machine of several: which one looked is half of the answer. */
function unavailable(problem: string, remedy: string): EvidenceUnavailableError {
  const why = `${problem} (${hostname()} looked)`;
  return new EvidenceUnavailableError({ id: 'process', what: 'the process of the service', why, remedy });
}
