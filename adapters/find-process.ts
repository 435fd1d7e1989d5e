import { readFile } from 'node:fs/promises';
import { EvidenceUnavailableError, UnreadableInputError } from '../core/model/errors.js';
import { commandLine, listProcesses, readProc, readStat, socketInodes } from './process-files.js';

/** How the catalog names the process of a service. */
export type ProcessLocator =
  { kind: 'port'; port: number } | { kind: 'pid'; pid: number } | { kind: 'pid-file'; path: string } | { kind: 'command'; pattern: string };

export interface FoundProcess {
  pid: number;
  startTicks: number;
  /** Port on which the service listens, when it could be told. */
  port: number | null;
}

/** Finds the (topmost) process of a service. Two unrelated candidates are an error: a guess would profile the wrong program. */
export async function findServiceProcess(locator: ProcessLocator): Promise<FoundProcess> {
  if ((await readProc('self/stat')) === null)
    throw unavailable('this system has no /proc', 'Run the worker (or a host agent) on the Linux host of the service.');
  const port = locator.kind === 'port' ? locator.port : null;
  const candidates = await candidatesOf(locator);
  const pid = await topmost(candidates, describeLocator(locator));
  const stat = await readStat(pid);
  if (stat === null) throw unavailable(`process ${pid} is gone`, 'Check that the service runs, then triage again.');
  return { pid, startTicks: stat.startTicks, port: port ?? (await listeningPort(pid)) };
}

async function candidatesOf(locator: ProcessLocator): Promise<number[]> {
  if (locator.kind === 'pid') return (await readStat(locator.pid)) === null ? [] : [locator.pid];
  if (locator.kind === 'port') return listenersOf(locator.port);
  if (locator.kind === 'command') return matching(locator.pattern);
  const text = await readFile(locator.path, 'utf8').catch(() => null);
  const pid = Number(text?.trim());
  if (text === null || !Number.isInteger(pid) || pid <= 0) {
    throw unavailable(
      `the pid file ${locator.path} holds no process id`,
      'Correct process.pidFile in the catalog, or name the port instead.',
    );
  }
  return (await readStat(pid)) === null ? [] : [pid];
}

/** Owners of the listening sockets on a port: inode from the kernel's table, process by its open files. */
async function listenersOf(port: number): Promise<number[]> {
  const tables = await Promise.all(['net/tcp', 'net/tcp6'].map((name) => readProc(name)));
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  const inodes = new Set(
    tables.flatMap((table) =>
      (table ?? '')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) === true && fields[3] === listening)
        .map((fields) => Number(fields[9])),
    ),
  );
  if (inodes.size === 0) return [];
  const owners = await Promise.all(
    (await listProcesses()).map(async (pid) => ((await socketInodes(pid)).some((inode) => inodes.has(inode)) ? pid : null)),
  );
  return owners.filter((pid) => pid !== null);
}

async function matching(pattern: string): Promise<number[]> {
  const expression = new RegExp(pattern);
  const all = await Promise.all((await listProcesses()).map(async (pid) => ({ pid, line: await commandLine(pid) })));
  return all.filter(({ pid, line }) => pid !== process.pid && line !== '' && expression.test(line)).map(({ pid }) => pid);
}

/** Workers of a cluster share their socket: the process that is an ancestor of all others stands for the tree. */
async function topmost(candidates: number[], what: string): Promise<number> {
  if (candidates.length === 0)
    throw unavailable(
      `no process ${what} was found`,
      'Start the service, correct `process` in the catalog, or give the worker the rights to see it (same user or root).',
    );
  const set = new Set(candidates);
  const roots: number[] = [];
  for (const pid of candidates) {
    const ancestors = await ancestorsOf(pid);
    if (!ancestors.some((ancestor) => set.has(ancestor))) roots.push(pid);
  }
  const parents = new Set(await Promise.all(roots.map(async (pid) => (await readStat(pid))?.parent ?? 0)));
  const [only] = roots;
  if (roots.length === 1 && only !== undefined) return only;
  const [parent] = parents;
  if (parents.size === 1 && parent !== undefined && parent > 1) return parent;
  throw new UnreadableInputError(
    `Expected one process ${what}, found ${roots.join(', ')}. Name the port or the pid in \`process\` of the catalog.`,
  );
}

async function ancestorsOf(pid: number): Promise<number[]> {
  const ancestors: number[] = [];
  let current = (await readStat(pid))?.parent ?? 0;
  while (current > 1 && ancestors.length < 64) {
    ancestors.push(current);
    current = (await readStat(current))?.parent ?? 0;
  }
  return ancestors;
}

async function listeningPort(pid: number): Promise<number | null> {
  const inodes = new Set(await socketInodes(pid));
  const tables = await Promise.all(['net/tcp', 'net/tcp6'].map((name) => readProc(`${pid}/${name}`)));
  const ports = tables.flatMap((table) =>
    (table ?? '')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && inodes.has(Number(fields[9])))
      .map((fields) => parseInt((fields[1] ?? '').split(':')[1] ?? '', 16)),
  );
  return [...new Set(ports)].length === 1 ? (ports[0] ?? null) : null;
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

function unavailable(why: string, remedy: string): EvidenceUnavailableError {
  return new EvidenceUnavailableError({ id: 'process', what: 'the process of the service', why, remedy });
}
