import type { ProcessObservation, ThreadObservation } from '../model/observation.js';

export interface ThreadSnapshot {
  tid: number;
  name: string;
  /** Start in kernel ticks: with the id it names a thread for good. */
  startTicks: number;
  /** State letter of the kernel: `R`, `S`, `D`… */
  state: string;
  /** Time on a CPU and time runnable without one; the delay is 0 where the kernel keeps no scheduler statistics. */
  runMs: number;
  runDelayMs: number;
}

/** One process of the tree at one instant. Counters only grow while it lives. */
export interface ProcessSnapshot {
  pid: number;
  startTicks: number;
  userMs: number;
  systemMs: number;
  /** CPU of children that have ended and were waited for. */
  childrenMs: number;
  majorFaults: number;
  rssBytes: number;
  /** Null where the file is another user's or the kernel does not tell. */
  swapBytes: number | null;
  readBytes: number | null;
  writeBytes: number | null;
  openFiles: number | null;
  threads: ThreadSnapshot[];
}

export interface HostSnapshot {
  busyMs: number;
  stealMs: number;
  totalMs: number;
  loadAverage: number;
  memoryAvailableRatio: number | null;
  swapInBytes: number;
  /** Time in which some task waited for the resource (pressure stall information), since boot; null before Linux 4.20. */
  pressureMs: { cpu: number; memory: number; io: number } | null;
}

/** The process tree and its host at one instant. */
export interface TreeSnapshot {
  atMs: number;
  processes: ProcessSnapshot[];
  throttledMs: number | null;
  host: HostSnapshot;
}

export interface ProcessIdentity {
  pid: number;
  executable: string;
  runtime: ProcessObservation['runtime'];
  usableCores: number;
  hostCores: number;
}

/** More threads than this tell nobody more; the totals count all of them. */
const threadLimit = 100;

/**
 * Differences over the window; null with fewer than two snapshots. What came or went between two snapshots counts with what was last seen of it,
 * and children that ended unseen with what their parent was charged for them.
 */
export function summarizeProcess(identity: ProcessIdentity, snapshots: readonly TreeSnapshot[]): ProcessObservation | null {
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
  const windowMs = last.atMs - first.atMs;
  const processes = processDeltas(snapshots);
  const threads = threadDeltas(snapshots);
  const { cpuMs, userMs, systemMs, unseenMs } = cpuOf(processes, threads);
  return {
    pid: identity.pid,
    pids: last.processes.map((process) => process.pid),
    executable: identity.executable,
    runtime: identity.runtime,
    windowMs,
    usableCores: identity.usableCores,
    cpuMs,
    userMs,
    systemMs,
    unseenMs,
    threads: topThreads(threads),
    runDelayMs: sum(threads, (thread) => thread.runDelayMs),
    throttledMs: difference(first.throttledMs, last.throttledMs),
    diskWaitThreads: sum(snapshots, diskWaitThreads) / snapshots.length,
    readBytes: sumKnown(processes.map((delta) => delta.of((process) => process.readBytes))),
    writeBytes: sumKnown(processes.map((delta) => delta.of((process) => process.writeBytes))),
    majorFaults: sum(processes, (delta) => delta.of((process) => process.majorFaults) ?? 0),
    rssStartBytes: sum(first.processes, (process) => process.rssBytes),
    rssEndBytes: sum(last.processes, (process) => process.rssBytes),
    swapBytes: sumKnown(last.processes.map((process) => process.swapBytes)),
    openFiles: sumKnown(last.processes.map((process) => process.openFiles)),
    host: summarizeHost(identity.hostCores, snapshots, first.host, last.host, windowMs),
  };
}

interface ProcessDelta {
  isAlive: boolean;
  /** Growth of one counter inside the window. */
  of: (counter: (process: ProcessSnapshot) => number | null) => number | null;
}

function processDeltas(snapshots: readonly TreeSnapshot[]): ProcessDelta[] {
  const all = snapshots.map((snapshot) => snapshot.processes);
  return lifetimes(all, (process) => `${process.pid} ${process.startTicks}`).map(({ first, last, bornLater, isAlive }) => ({
    isAlive,
    of: (counter) => {
      const [before, after] = [bornLater ? 0 : counter(first), counter(last)];
      return difference(before, after);
    },
  }));
}

function threadDeltas(snapshots: readonly TreeSnapshot[]): ThreadObservation[] {
  const all = snapshots.map(({ processes }) =>
    processes.flatMap(({ pid, threads }) => threads.map((thread) => ({ ...thread, pid, isMain: thread.tid === pid }))),
  );
  return lifetimes(all, (thread) => `${thread.tid} ${thread.startTicks}`).map(({ first, last, bornLater }) => ({
    tid: last.tid,
    pid: last.pid,
    name: last.name,
    isMain: last.isMain,
    cpuMs: Math.max(0, last.runMs - (bornLater ? 0 : first.runMs)),
    runDelayMs: Math.max(0, last.runDelayMs - (bornLater ? 0 : first.runDelayMs)),
  }));
}

/** First and last sight of everything that was ever seen. All that something born inside the window ever used, it used inside the window. */
function lifetimes<T>(looks: readonly T[][], key: (one: T) => string): { first: T; last: T; bornLater: boolean; isAlive: boolean }[] {
  const seen = new Map<string, { first: T; last: T; bornLater: boolean; isAlive: boolean }>();
  for (const [index, look] of looks.entries()) {
    for (const one of look) {
      const known = seen.get(key(one));
      const isAlive = index === looks.length - 1;
      if (known === undefined) seen.set(key(one), { first: one, last: one, bornLater: index > 0, isAlive });
      else Object.assign(known, { last: one, isAlive });
    }
  }
  return [...seen.values()];
}

/**
 * Three lower bounds of the same thing: what the processes were seen to use, what those still alive and their ended children used, and the
 * threads' own clocks, which are finer than the process's ticks. The largest missed least.
 */
function cpuOf(
  processes: readonly ProcessDelta[],
  threads: readonly ThreadObservation[],
): Pick<Required<ProcessObservation>, 'cpuMs' | 'userMs' | 'systemMs' | 'unseenMs'> {
  const user = sum(processes, (delta) => delta.of((process) => process.userMs) ?? 0);
  const system = sum(processes, (delta) => delta.of((process) => process.systemMs) ?? 0);
  const withChildren = sum(
    processes.filter((delta) => delta.isAlive),
    (delta) => delta.of((process) => process.userMs + process.systemMs + process.childrenMs) ?? 0,
  );
  const seenMs = Math.max(
    user + system,
    sum(threads, (thread) => thread.cpuMs),
  );
  const cpuMs = Math.max(seenMs, withChildren);
  const userShare = user + system > 0 ? user / (user + system) : 1;
  return { cpuMs, userMs: cpuMs * userShare, systemMs: cpuMs * (1 - userShare), unseenMs: cpuMs - seenMs };
}

/** Main threads always, the others by what they used or wanted. */
function topThreads(threads: readonly ThreadObservation[]): ThreadObservation[] {
  const weight = (thread: ThreadObservation): number => thread.cpuMs + thread.runDelayMs;
  const sorted = threads.toSorted((a, b) => weight(b) - weight(a));
  return sorted.filter((thread, index) => thread.isMain || (index < threadLimit && weight(thread) > 0));
}

function diskWaitThreads(snapshot: TreeSnapshot): number {
  return sum(snapshot.processes, ({ threads }) => threads.filter((thread) => thread.state === 'D').length);
}

function summarizeHost(
  cores: number,
  snapshots: readonly TreeSnapshot[],
  first: HostSnapshot,
  last: HostSnapshot,
  windowMs: number,
): ProcessObservation['host'] {
  const totalMs = Math.max(1, last.totalMs - first.totalMs);
  const available = snapshots.flatMap(({ host }) => host.memoryAvailableRatio ?? []);
  const [before, after] = [first.pressureMs, last.pressureMs];
  const stalled = (from: number, to: number): number => Math.min(1, Math.max(0, to - from) / windowMs);
  return {
    cores,
    cpuRatio: Math.max(0, last.busyMs - first.busyMs) / totalMs,
    stealRatio: Math.max(0, last.stealMs - first.stealMs) / totalMs,
    loadAverage: last.loadAverage,
    memoryAvailableRatio: available.length === 0 ? null : Math.min(...available),
    swapInBytes: Math.max(0, last.swapInBytes - first.swapInBytes),
    ...(before !== null && after !== null
      ? {
          pressure: {
            cpu: stalled(before.cpu, after.cpu),
            memory: stalled(before.memory, after.memory),
            io: stalled(before.io, after.io),
          },
        }
      : {}),
  };
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : Math.max(0, after - before);
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sum(known, (value) => value);
}
