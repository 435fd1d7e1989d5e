import { setTimeout as delay } from 'node:timers/promises';
import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { snapshotHost } from '../../kernel/host-files.js';
import { readProc } from '../../kernel/process-files.js';
import type { Check } from '../check.js';

const windowMs = 2_000;
/** Below a tenth the page cache is gone and every read goes to the disk; below 3 % the kernel begins to kill. */
const warnShare = 0.1;
const failShare = 0.03;

/** Kills for want of memory since the machine started; null: the kernel is too old to count them (before 4.13). */
function oomKills(): number | null {
  const count = /^oom_kill (\d+)/m.exec(readProc('vmstat') ?? '')?.[1];
  return count === undefined ? null : Number(count);
}

async function look(signal: AbortSignal): Promise<Finding> {
  const before = { kills: oomKills(), swapInBytes: snapshotHost().swapInBytes };
  await delay(windowMs, undefined, { signal });
  const { memoryAvailableRatio, swapInBytes } = snapshotHost();
  const kills = oomKills();
  const command = 'free -m; grep oom_kill /proc/vmstat; dmesg -T | grep -i "killed process"';
  if (memoryAvailableRatio === null)
    return unknownFinding('the kernel does not tell its memory', 'Run it on the Linux host of the service.', command);
  const swapped = swapInBytes - before.swapInBytes;
  const told = kills === null ? '' : `, ${kills} processes killed for want of memory since it started`;
  const detail = `${(memoryAvailableRatio * 100).toFixed(0)} % available (ratio)${told}, ${Math.round(swapped / 1024)} KiB read back from swap in ${windowMs / 1000} s`;
  const words = { detail, command, remedy: 'Find who grows (ps --sort=-rss), and restart it before the kernel chooses.' };
  const found = judged(Math.round(memoryAvailableRatio * 1000) / 1000, { warn: warnShare, fail: failShare, isLess: true }, words);
  const killsNow = (kills ?? 0) - (before.kills ?? 0);
  if (killsNow > 0) return { ...found, verdict: 'fail', detail: `${killsNow} killed just now; ${detail}`, remedy: words.remedy };
  return found;
}

export const memory: Check = {
  id: 'host.memory',
  area: 'host',
  title: 'memory left, swapping, kills for want of memory',
  plan: () => [{ target: 'this host', look }],
};
