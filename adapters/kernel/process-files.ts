import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Kernel clock ticks in milliseconds: USER_HZ is 100 on every Linux in use. */
export const tickMs = 10;

/**
 * Text of a file below /proc, or null when it is gone or not ours to read. Synchronous on purpose: procfs never waits for a disk, and a read takes
 * ten microseconds where the thread pool would need a hundred.
 */
export function readProc(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null;
  }
}

/** Names in a folder below /proc; null when it is gone or not ours to read. */
export function listProc(path: string): string[] | null {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    return null;
  }
}

export function linkOf(path: string): string | null {
  try {
    return readlinkSync(`/proc/${path}`);
  } catch {
    return null;
  }
}

export function listProcesses(): number[] {
  return (listProc('') ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
}

export interface ProcessStat {
  pid: number;
  name: string;
  state: string;
  parent: number;
  /** Start in ticks since boot: with the pid it names a process for good. */
  startTicks: number;
  majorFaults: number;
  userMs: number;
  systemMs: number;
  childrenMs: number;
}

/** `/proc/PID/stat` or `/proc/PID/task/TID/stat`; null when it is gone. */
export function readStat(path: string | number): ProcessStat | null {
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const match = /^(\d+) \(([\s\S]*)\) (\S) ([\s\S]*)$/.exec(readProc(`${path}/stat`)?.trim() ?? '');
  if (match === null) return null;
  const fields = (match[4] ?? '').split(' ').map(Number);
  /** Numbers as in proc(5), which counts from 1. */
  const field = (number: number): number => fields[number - 4] ?? 0;
  return {
    pid: Number(match[1]),
    name: match[2] ?? '',
    state: match[3] ?? '?',
    parent: field(4),
    majorFaults: field(12),
    userMs: field(14) * tickMs,
    systemMs: field(15) * tickMs,
    childrenMs: (field(16) + field(17)) * tickMs,
    startTicks: field(22),
  };
}

/** A process that runs: a zombie has ended, only its parent has not noticed. */
export function readLivingStat(pid: number): ProcessStat | null {
  const stat = readStat(pid);
  return stat === null || stat.state === 'Z' || stat.state === 'X' ? null : stat;
}

export function commandLine(pid: number): string {
  return (readProc(`${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** Inodes of the sockets that a process holds; null when its descriptors are not ours to see. */
export function socketInodes(pid: number): number[] | null {
  const names = listProc(`${pid}/fd`);
  return (
    names?.flatMap((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`${pid}/fd/${name}`) ?? '')?.[1];
      return inode === undefined ? [] : [Number(inode)];
    }) ?? null
  );
}

/** A process and all that descend from it, the process first. */
export function processTree(root: number): number[] {
  const childrenOf =
    listProc('self/task')?.some((tid) => readProc(`self/task/${tid}/children`) !== null) === true ? namedChildren : searchedChildren();
  const tree = [root];
  for (const parent of tree) tree.push(...childrenOf(parent).filter((pid) => readLivingStat(pid) !== null));
  return tree;
}

/** The kernel lists the children that each thread started (CONFIG_PROC_CHILDREN, nearly everywhere): far cheaper than a look at every process. */
function namedChildren(parent: number): number[] {
  const lists = (listProc(`${parent}/task`) ?? []).map((tid) => readProc(`${parent}/task/${tid}/children`) ?? '');
  return lists.flatMap((list) => list.split(' ')).flatMap((pid) => (pid === '' ? [] : [Number(pid)]));
}

function searchedChildren(): (parent: number) => number[] {
  const children = new Map<number, number[]>();
  for (const pid of listProcesses()) {
    const parent = readStat(pid)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return (parent) => children.get(parent) ?? [];
}

/** Ancestors, nearest first, without the init process. */
export function ancestorsOf(pid: number): number[] {
  const ancestors: number[] = [];
  let current = readStat(pid)?.parent ?? 0;
  while (current > 1 && !ancestors.includes(current)) {
    ancestors.push(current);
    current = readStat(current)?.parent ?? 0;
  }
  return ancestors;
}
