import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessSnapshot } from '../../core/observe/process.js';
import { readLivingStat } from './process-files.js';
import { detectRuntime } from './process-runtime.js';
import { snapshotTree } from './processes.js';

/** Long enough for processes that serve some requests to stand out from one that only hands out connections. */
const lookMs = 1000;
const shortestLookMs = 200;

export interface BusiestProcess {
  pid: number;
  /** How long the choice took. */
  tookMs: number;
}

/**
 * Of the processes of a service that run the program of its topmost one, the one whose main thread wants the CPU most: the topmost of a cluster hands
 * out connections and serves nothing, so its profile would be one of the wrong process. A service of one process is that one, at once.
 */
export async function findBusiestProcess(root: number, delayMs: number, signal: AbortSignal): Promise<BusiestProcess> {
  const startTicks = readLivingStat(root)?.startTicks ?? 0;
  const { executable } = detectRuntime(root);
  const look = (): ProcessSnapshot[] =>
    (snapshotTree({ pid: root, startTicks }, performance.now())?.processes ?? []).filter(
      ({ pid }) => pid === root || detectRuntime(pid).executable === executable,
    );
  const before = look();
  if (before.length < 2) return { pid: root, tookMs: 0 };
  const tookMs = Math.max(shortestLookMs, Math.min(lookMs, delayMs));
  await sleep(tookMs, undefined, { signal });
  const wanted = look().map((process) => ({
    pid: process.pid,
    ms: wantedMs(process) - wantedMs(before.find(({ pid }) => pid === process.pid)),
  }));
  const [busiest] = wanted.sort((a, b) => b.ms - a.ms);
  return { pid: busiest?.pid ?? root, tookMs };
}

/** Time on a CPU or ready for one: on a busy host the second tells more. */
function wantedMs(process: ProcessSnapshot | undefined): number {
  const main = process?.threads.find((thread) => thread.tid === process.pid);
  return (main?.runMs ?? 0) + (main?.runDelayMs ?? 0);
}
