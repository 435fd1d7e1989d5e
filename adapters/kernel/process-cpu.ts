import { performance } from 'node:perf_hooks';
import type { ThreadSnapshot, TreeSnapshot } from '../../core/observe/process.js';
import { readLivingStat } from './process-files.js';
import { snapshotTree } from './processes.js';

/** CPU of a process between two moments, by the kernel's own count. Times are milliseconds. */
export interface CountedCpu {
  elapsedMs: number;
  /** The whole tree. */
  treeMs: number;
  /** The main thread of the process itself: time on a CPU, and time ready to run without one. */
  mainThreadMs: number;
  mainThreadDelayMs: number;
}

/** Begins to count; the answer ends it. Null when the process is gone, or is another one by then. */
export function countCpu(pid: number): () => CountedCpu | null {
  const startTicks = readLivingStat(pid)?.startTicks;
  const look = (): TreeSnapshot | null => (startTicks === undefined ? null : snapshotTree({ pid, startTicks }, performance.now()));
  const before = look();
  return () => {
    const after = look();
    if (before === null || after === null) return null;
    const [from, to] = [mainThread(before, pid), mainThread(after, pid)];
    return {
      elapsedMs: after.atMs - before.atMs,
      treeMs: Math.max(0, treeMs(after) - treeMs(before)),
      mainThreadMs: Math.max(0, (to?.runMs ?? 0) - (from?.runMs ?? 0)),
      mainThreadDelayMs: Math.max(0, (to?.runDelayMs ?? 0) - (from?.runDelayMs ?? 0)),
    };
  };
}

function mainThread(snapshot: TreeSnapshot, pid: number): ThreadSnapshot | undefined {
  return snapshot.processes.find((process) => process.pid === pid)?.threads.find((thread) => thread.tid === pid);
}

function treeMs(snapshot: TreeSnapshot): number {
  return snapshot.processes.reduce((sum, process) => sum + process.userMs + process.systemMs + process.childrenMs, 0);
}
