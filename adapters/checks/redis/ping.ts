import { performance } from 'node:perf_hooks';
import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import type { Check } from '../check.js';
import { planForDatabases } from '../databases.js';
import { redisCli, redisOf } from './session.js';

const pings = 5;
/** Redis answers in well under a millisecond on a local network; a hundred times that means a slow command, a fork or swapping (redis.io, "Diagnosing latency issues"). */
const warnMs = 100;

const refusesUs = /NOAUTH|WRONGPASS|NOPERM|AUTH failed|invalid password/i;

function notReached(error: unknown, url: string): Finding {
  const why = error instanceof EvidenceUnavailableError ? error.missing.why : error instanceof Error ? error.message : String(error);
  const remedy =
    error instanceof EvidenceUnavailableError
      ? error.missing.remedy
      : 'Check user, password and rights (ACL) in the connection of the catalog.';
  const finding = unknownFinding(why, remedy, redisCli(url, 'PING'));
  return refusesUs.test(why) ? finding : { ...finding, verdict: 'fail' };
}

export const ping: Check = {
  id: 'redis.ping',
  area: 'redis',
  title: 'it answers, and how fast',
  plan: (world) =>
    planForDatabases(world, 'redis', async (database) => {
      try {
        const client = await redisOf(world, database);
        const times: number[] = [];
        for (let index = 0; index < pings; index += 1) {
          const startedAt = performance.now();
          await client.ping();
          times.push(performance.now() - startedAt);
        }
        const slowest = Math.round(Math.max(...times) * 10) / 10;
        return judged(
          slowest,
          { warn: warnMs, fail: null },
          {
            detail: `${pings} PINGs, the slowest ${slowest} ms`,
            command: redisCli(database.url, '--latency'),
            remedy: 'Read the slow log (redis.slowlog) and whether it is saving (redis.persistence).',
          },
        );
      } catch (error) {
        return notReached(error, database.url);
      }
    }),
};
