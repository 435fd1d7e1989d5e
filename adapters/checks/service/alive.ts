import { judged, type Finding } from '../../../core/command/checks/check.js';
import { readStat } from '../../kernel/process-files.js';
import type { Check } from '../check.js';
import { processOf, startedAtMs } from './process.js';

/** A process younger than that in an incident was started by it, or is restarting over and over; our choice, no standard has one. */
const youngS = 300;

function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

export const alive: Check = {
  id: 'service.process',
  area: 'service',
  title: 'its process runs, and since when',
  plan: (world) =>
    world.services.map((name) => ({
      target: name,
      look: async (): Promise<Finding> => {
        const found = await processOf(world, name);
        if ('absent' in found) return found.absent;
        const startedMs = startedAtMs(found);
        const ageS = Math.max(0, Math.round((Date.now() - startedMs) / 1000));
        const state = readStat(found.pid)?.state;
        const since = `process ${found.pid} runs since ${new Date(startedMs).toISOString().slice(0, 19)}Z (${span(ageS)})`;
        const command = `ps -o pid,lstart,etime,stat,cmd -p ${found.pid}`;
        if (state === 'T' || state === 't')
          return {
            verdict: 'fail',
            value: ageS,
            limit: null,
            detail: `${since}, but it is stopped`,
            command,
            remedy: `It was stopped by a signal or a debugger: kill -CONT ${found.pid} lets it go on.`,
          };
        return judged(
          ageS,
          { warn: youngS, fail: null, isLess: true },
          {
            detail: since,
            command,
            remedy: 'It was started a moment ago: by a deployment, a person, or because it ended; its log tells which.',
          },
        );
      },
    })),
};
