import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { judged, type Finding } from '../../../core/command/checks/check.js';
import { snapshotHost } from '../../kernel/host-files.js';
import type { Check } from '../check.js';

const windowMs = 3_000;
/** Somebody waited for a processor in more than a quarter of the window: a request of 100 ms then takes a third longer. Ours, the kernel names no limit. */
const warnPressure = 0.25;
const failPressure = 0.75;
/** Without pressure information: as many runnable tasks as processors is full, twice that waits as long as it works. */
const warnLoad = 1;
const failLoad = 2;

async function look(signal: AbortSignal): Promise<Finding> {
  const before = snapshotHost();
  await delay(windowMs, undefined, { signal });
  const after = snapshotHost();
  const cores = availableParallelism();
  const load = `load ${after.loadAverage.toFixed(2)} on ${cores} processors`;
  const words = {
    command: 'cat /proc/pressure/cpu /proc/pressure/io; uptime',
    remedy: 'Find who takes the processors or the disk (top, iotop), then triage the service that suffers.',
  };
  if (before.pressureMs === null || after.pressureMs === null) {
    const each = Math.round((after.loadAverage / cores) * 100) / 100;
    return judged(
      each,
      { warn: warnLoad, fail: failLoad },
      { ...words, detail: `${load}, ${each} a processor; the kernel tells no pressure` },
    );
  }
  const cpu = (after.pressureMs.cpu - before.pressureMs.cpu) / windowMs;
  const io = (after.pressureMs.io - before.pressureMs.io) / windowMs;
  const most = Math.round(Math.max(cpu, io) * 100) / 100;
  const detail = `${load}; for ${(cpu * 100).toFixed(0)} % of ${windowMs / 1000} s something waited for a processor, for ${(io * 100).toFixed(0)} % for a disk (ratio)`;
  return judged(most, { warn: warnPressure, fail: failPressure }, { ...words, detail });
}

export const load: Check = {
  id: 'host.load',
  area: 'host',
  title: 'load and pressure of processors and disks',
  plan: () => [{ target: 'this host', look }],
};
