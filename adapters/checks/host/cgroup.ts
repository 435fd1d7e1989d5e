import { setTimeout as delay } from 'node:timers/promises';
import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { memoryKills, quotaCores, throttledMs } from '../../kernel/cgroup.js';
import type { Check, CheckWorld } from '../check.js';
import { processOf, withoutProcess } from '../service/process.js';

const windowMs = 3_000;
/** For a twentieth of the time all of its threads stood still although a processor was free: that is in every percentile above the 95th. */
const warnShare = 0.05;
const failShare = 0.5;

async function look(world: CheckWorld, name: string, signal: AbortSignal): Promise<Finding> {
  const found = await processOf(world, name);
  if ('absent' in found) return withoutProcess(found);
  const command = `cat /sys/fs/cgroup$(cut -d: -f3 /proc/${found.pid}/cgroup)/cpu.stat`;
  const cores = quotaCores(found.pid);
  const kills = memoryKills(found.pid);
  const killed = kills === null ? '' : `; ${kills} of its group were killed for want of memory`;
  const before = throttledMs(found.pid);
  if (before === null)
    return unknownFinding(
      `its control group tells nothing of throttling${killed}`,
      'Mount cgroup v2 where this runs (/sys/fs/cgroup), or look on the host.',
      command,
    );
  await delay(windowMs, undefined, { signal });
  const share = Math.round((((throttledMs(found.pid) ?? before) - before) / windowMs) * 1000) / 1000;
  const limit = cores === null ? 'no limit of processor time' : `a limit of ${cores} processors`;
  return judged(
    share,
    { warn: warnShare, fail: failShare },
    {
      detail: `${limit}, held back for ${(share * 100).toFixed(1)} % of ${windowMs / 1000} s (ratio)${killed}`,
      command,
      remedy: 'Raise its CPU limit, or start fewer threads than it has processors.',
    },
  );
}

export const cgroup: Check = {
  id: 'host.cgroup',
  area: 'host',
  title: 'limits of the control group, and for how long they held the service back',
  plan: (world) => world.services.map((name) => ({ target: name, look: (signal) => look(world, name, signal) })),
};
