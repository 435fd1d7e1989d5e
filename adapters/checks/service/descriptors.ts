import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { listProc, readProc } from '../../kernel/process-files.js';
import type { Check } from '../check.js';
import { processOf, withoutProcess } from './process.js';

/** At the limit every accept, open and connect fails (EMFILE): a fifth of it is left for what comes in bursts, a twentieth is nothing. */
const warnShare = 0.8;
const failShare = 0.95;

function softLimit(pid: number): number | null {
  const value = /^Max open files\s+(\S+)/m.exec(readProc(`${pid}/limits`) ?? '')?.[1];
  return value === undefined || value === 'unlimited' ? null : Number(value);
}

export const descriptors: Check = {
  id: 'service.descriptors',
  area: 'service',
  title: 'open files and sockets against the limit of the process',
  plan: (world) =>
    world.services.map((name) => ({
      target: name,
      look: async (): Promise<Finding> => {
        const found = await processOf(world, name);
        if ('absent' in found) return withoutProcess(found);
        const open = listProc(`${found.pid}/fd`)?.length;
        const limit = softLimit(found.pid);
        const command = `ls /proc/${found.pid}/fd | wc -l; grep 'open files' /proc/${found.pid}/limits`;
        if (open === undefined)
          return unknownFinding('its descriptors are not ours to see', 'Run as the user of the service, or as root.', command);
        const detail = `${open} of ${limit ?? 'unlimited'} open files and sockets`;
        const limits =
          limit === null ? { warn: null, fail: null } : { warn: Math.floor(limit * warnShare), fail: Math.floor(limit * failShare) };
        return judged(open, limits, { detail, command, remedy: 'Look for what is not closed (lsof -p), then raise LimitNOFILE.' });
      },
    })),
};
