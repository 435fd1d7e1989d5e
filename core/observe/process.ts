import type { ProcessObservation, ThreadObservation } from '../model/observation.js';

export interface ThreadSnapshot {
  pid: number;
  tid: number;
  name: string;
  isMain: boolean;
  userMs: number;
  systemMs: number;
  /** Run time and run-queue delay of the scheduler, milliseconds with nanosecond sources; null where the kernel keeps none. */
  runMs: number | null;
  runDelayMs: number | null;
}

/** The process tree at one instant. Counters only grow while a thread lives. */
export interface ProcessSnapshot {
  atMs: number;
  pids: number[];
  threads: ThreadSnapshot[];
  readBytes: number | null;
  writeBytes: number | null;
  majorFaults: number;
  rssBytes: number;
  swapBytes: number | null;
  openFiles: number | null;
  throttledMs: number | null;
  diskWaitThreads: number;
  host: { busyMs: number; stealMs: number; totalMs: number; loadAverage: number; memoryAvailableRatio: number | null; swapInPages: number };
}

export interface ProcessIdentity {
  pid: number;
  executable: string;
  runtime: ProcessObservation['runtime'];
  usableCores: number;
  hostCores: number;
}

/** Differences over the window. Threads that came or went between two snapshots count with what was last seen of them. */
export function summarizeProcess(identity: ProcessIdentity, snapshots: readonly ProcessSnapshot[]): ProcessObservation | null {
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
  const threads = threadDeltas(snapshots);
  const total = (of: (thread: ThreadDelta) => number): number => threads.reduce((sum, thread) => sum + of(thread), 0);
  const difference = (of: (snapshot: ProcessSnapshot) => number | null): number | null => {
    const [before, after] = [of(first), of(last)];
    return before === null || after === null ? null : Math.max(0, after - before);
  };
  const hostTotalMs = Math.max(1, last.host.totalMs - first.host.totalMs);
  return {
    pid: identity.pid,
    pids: last.pids,
    executable: identity.executable,
    runtime: identity.runtime,
    windowMs: last.atMs - first.atMs,
    usableCores: identity.usableCores,
    cpuMs: total((thread) => thread.cpuMs),
    userMs: total((thread) => thread.userMs),
    systemMs: total((thread) => thread.systemMs),
    threads: threads
      .map(({ tid, name, isMain, cpuMs, runDelayMs }) => ({ tid, name, isMain, cpuMs, runDelayMs }))
      .sort((a, b) => b.cpuMs - a.cpuMs)
      .slice(0, 40),
    runDelayMs: total((thread) => thread.runDelayMs),
    throttledMs: difference((snapshot) => snapshot.throttledMs),
    diskWaitThreads: snapshots.reduce((sum, snapshot) => sum + snapshot.diskWaitThreads, 0) / snapshots.length,
    readBytes: difference((snapshot) => snapshot.readBytes),
    writeBytes: difference((snapshot) => snapshot.writeBytes),
    majorFaults: difference((snapshot) => snapshot.majorFaults) ?? 0,
    rssStartBytes: first.rssBytes,
    rssEndBytes: last.rssBytes,
    swapBytes: last.swapBytes,
    openFiles: last.openFiles,
    host: {
      cores: identity.hostCores,
      cpuRatio: Math.max(0, last.host.busyMs - first.host.busyMs) / hostTotalMs,
      stealRatio: Math.max(0, last.host.stealMs - first.host.stealMs) / hostTotalMs,
      loadAverage: last.host.loadAverage,
      memoryAvailableRatio: last.host.memoryAvailableRatio,
      swapInBytes: Math.max(0, last.host.swapInPages - first.host.swapInPages) * 4096,
    },
  };
}

interface ThreadDelta extends ThreadObservation {
  userMs: number;
  systemMs: number;
}

function threadDeltas(snapshots: readonly ProcessSnapshot[]): ThreadDelta[] {
  const seen = new Map<number, { first: ThreadSnapshot; last: ThreadSnapshot; bornLater: boolean }>();
  for (const [index, snapshot] of snapshots.entries()) {
    for (const thread of snapshot.threads) {
      const known = seen.get(thread.tid);
      if (known === undefined) seen.set(thread.tid, { first: thread, last: thread, bornLater: index > 0 });
      else known.last = thread;
    }
  }
  return [...seen.values()].map(({ first, last, bornLater }) => {
    // All that a thread born inside the window ever ran, it ran inside the window.
    const since = (of: (thread: ThreadSnapshot) => number): number => Math.max(0, of(last) - (bornLater ? 0 : of(first)));
    const userMs = since((thread) => thread.userMs);
    const systemMs = since((thread) => thread.systemMs);
    const cpuMs = last.runMs === null ? userMs + systemMs : since((thread) => thread.runMs ?? 0);
    return {
      tid: last.tid,
      name: last.name,
      isMain: last.isMain,
      cpuMs,
      runDelayMs: since((thread) => thread.runDelayMs ?? 0),
      userMs,
      systemMs,
    };
  });
}
