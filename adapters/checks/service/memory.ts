import { setTimeout as delay } from 'node:timers/promises';
import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { memoryLimitBytes } from '../../kernel/cgroup.js';
import { processTree, readProc } from '../../kernel/process-files.js';
import type { Check } from '../check.js';
import { processOf, withoutProcess } from './process.js';

const sampleEveryMs = 1_000;
const samples = 4;
/** The kernel kills at the limit; below a tenth of it the next burst does. */
const warnShare = 0.9;
const failShare = 0.98;
const mebi = 1024 * 1024;

/** Resident memory of a process and its children; shared pages count once for each, so it is an upper bound. Null: it has gone. */
function residentBytes(pid: number): number | null {
  const parts = processTree(pid).map((each) => Number(/^VmRSS:\s+(\d+)/m.exec(readProc(`${each}/status`) ?? '')?.[1] ?? NaN) * 1024);
  const known = parts.filter((bytes) => !Number.isNaN(bytes));
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

function physicalBytes(): number | null {
  const kilobytes = /^MemTotal:\s+(\d+)/m.exec(readProc('meminfo') ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

function trend(bytes: readonly number[]): string {
  const perMinute = (((bytes.at(-1) ?? 0) - (bytes[0] ?? 0)) / ((bytes.length - 1) * sampleEveryMs)) * 60_000;
  // Below a mebibyte a minute the samples of a few seconds show garbage collection, no trend.
  return Math.abs(perMinute) < mebi
    ? 'steady'
    : `${perMinute > 0 ? 'growing' : 'shrinking'} by ${Math.round(Math.abs(perMinute) / mebi)} MiB/min in these seconds`;
}

export const memory: Check = {
  id: 'service.memory',
  area: 'service',
  title: 'memory of the process against its limit, and its trend',
  plan: (world) =>
    world.services.map((name) => ({
      target: name,
      look: async (signal): Promise<Finding> => {
        const found = await processOf(world, name);
        if ('absent' in found) return withoutProcess(found);
        const bytes: number[] = [];
        for (let index = 0; index < samples; index += 1) {
          if (index > 0) await delay(sampleEveryMs, undefined, { signal });
          const now = residentBytes(found.pid);
          if (now === null) return unknownFinding(`process ${found.pid} ended while it was looked at`, 'Look again.');
          bytes.push(now);
        }
        const now = bytes.at(-1) ?? 0;
        const limit = memoryLimitBytes(found.pid) ?? physicalBytes();
        const limits = limit === null ? { warn: null, fail: null } : { warn: limit * warnShare, fail: limit * failShare };
        const detail = `${Math.round(now / mebi)} MiB resident (bytes)${limit === null ? '' : ` of ${Math.round(limit / mebi)} MiB`}, ${trend(bytes)}`;
        const command = `grep VmRSS /proc/${found.pid}/status`;
        return judged(now, limits, {
          detail,
          command,
          remedy: 'Restart it before the kernel does (runbook restart-service), and keep a heap profile first.',
        });
      },
    })),
};
