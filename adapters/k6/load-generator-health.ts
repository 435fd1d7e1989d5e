import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import type { GeneratorHealth } from '../../core/model/load-result.js';

/** The kernel's clock tick as user space sees it: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Reading {
  atMs: number;
  cpuMs: number;
}

/** Watches what the generator itself costs. Off Linux its CPU and memory stay null. */
export interface GeneratorWatch {
  /** From now on it counts: the judged part has begun. */
  begin: () => Promise<void>;
  sample: () => Promise<void>;
  result: () => Omit<GeneratorHealth, 'droppedRatio'>;
}

export function watchGenerator(pid: number): GeneratorWatch {
  let first: Reading | null = null;
  let last: Reading | null = null;
  let peakRssBytes: number | null = null;
  let hostLoadAverage: number | null = null;
  const sample = async (): Promise<void> => {
    last = (await readCpu(pid)) ?? last;
    peakRssBytes = (await readPeakRss(pid)) ?? peakRssBytes;
    hostLoadAverage = Math.max(hostLoadAverage ?? 0, loadavg()[0] ?? 0);
  };
  return {
    begin: async () => {
      await sample();
      first = last;
    },
    sample,
    result: () => ({ cpuRatio: first === null || last === null ? null : cpuRatio(first, last), peakRssBytes, hostLoadAverage }),
  };
}

function cpuRatio(first: Reading, last: Reading): number | null {
  const elapsedMs = last.atMs - first.atMs;
  // Ticks are 10 ms: shorter stretches are mostly rounding.
  return elapsedMs < 500 ? null : (last.cpuMs - first.cpuMs) / elapsedMs / availableParallelism();
}

async function readCpu(pid: number): Promise<Reading | null> {
  const stat = await tryRead(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields?.[11]) + Number(fields?.[12]);
  return Number.isFinite(ticks) ? { atMs: performance.now(), cpuMs: (ticks * 1000) / ticksPerSecond } : null;
}

async function readPeakRss(pid: number): Promise<number | null> {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec((await tryRead(`/proc/${pid}/status`)) ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

async function tryRead(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
