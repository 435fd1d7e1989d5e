import { loadavg } from 'node:os';
import type { HostSnapshot } from '../../core/observe/process.js';
import { readProc, tickMs } from './process-files.js';
import { readFileSync } from 'node:fs';

/** CPU, memory, swapping and pressure of the whole machine since boot. */
export function snapshotHost(): HostSnapshot {
  const fields = (/^cpu +(\d.*)$/m.exec(readProc('stat') ?? '')?.[1] ?? '').split(' ').map((value) => Number(value) * tickMs);
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = fields;
  const busyMs = user + nice + system + irq + softIrq + steal;
  return {
    busyMs,
    stealMs: steal,
    totalMs: busyMs + idle + ioWait,
    loadAverage: loadavg()[0] ?? 0,
    memoryAvailableRatio: memoryAvailableRatio(),
    swapInBytes: Number(/^pswpin (\d+)/m.exec(readProc('vmstat') ?? '')?.[1] ?? 0) * pageBytes(),
    pressureMs: pressureMs(),
  };
}

function memoryAvailableRatio(): number | null {
  const memory = readProc('meminfo') ?? '';
  const kilobytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
  const total = kilobytes('MemTotal');
  return total === 0 ? null : kilobytes('MemAvailable') / total;
}

function pressureMs(): HostSnapshot['pressureMs'] {
  const some = (resource: string): number | null => {
    const microseconds = /^some .*total=(\d+)/m.exec(readProc(`pressure/${resource}`) ?? '')?.[1];
    return microseconds === undefined ? null : Number(microseconds) / 1000;
  };
  const [cpu, memory, io] = [some('cpu'), some('memory'), some('io')];
  return cpu === null || memory === null || io === null ? null : { cpu, memory, io };
}

let knownPageBytes: number | null = null;

/** Entry 6 (AT_PAGESZ) of the auxiliary vector, pairs of 64-bit words: 4 KiB on x86, up to 64 KiB on ARM. */
function pageBytes(): number {
  if (knownPageBytes !== null) return knownPageBytes;
  knownPageBytes = 4096;
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === 6n) knownPageBytes = Number(vector.readBigUInt64LE(at + 8));
  } catch {
    // The common size is right nearly everywhere.
  }
  return knownPageBytes;
}
