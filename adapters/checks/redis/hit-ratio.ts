import { setTimeout as delay } from 'node:timers/promises';
import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { info, numberOf, redisCheck, redisCli } from './session.js';

const windowMs = 3_000;
/** A ratio of fewer look-ups is chance. */
const fewestLookups = 20;
/** More misses than hits: the cache does not carry the load it is there for. Judged only where keys vanish, because a queue or a lock store misses by design. */
const warnRatio = 0.5;

export const hitRatio = redisCheck(
  'redis.hit-ratio',
  'hits, misses and evictions in a window of three seconds',
  async (client, url, signal): Promise<Finding> => {
    const before = await info(client, 'stats');
    await delay(windowMs, undefined, { signal });
    const after = await info(client, 'stats');
    const grown = (key: string): number => numberOf(after, key) - numberOf(before, key);
    const [hits, misses, evicted] = [grown('keyspace_hits'), grown('keyspace_misses'), grown('evicted_keys')];
    const command = redisCli(url, 'INFO stats');
    if (hits < 0 || misses < 0) return unknownFinding('its counters began anew in the window: it was restarted', 'Look again.', command);
    if (hits + misses < fewestLookups)
      return unknownFinding(
        `only ${hits + misses} look-ups in ${windowMs / 1000} s: too few for a ratio`,
        'Look again under load.',
        command,
      );
    const ratio = Math.round((hits / (hits + misses)) * 1000) / 1000;
    const detail = `${(ratio * 100).toFixed(1)} % of ${hits + misses} look-ups hit (ratio), ${evicted} keys evicted in ${windowMs / 1000} s`;
    const isLosing = ratio < warnRatio || evicted > 0;
    return {
      verdict: isLosing ? 'warn' : 'ok',
      value: ratio,
      limit: warnRatio,
      detail,
      command,
      remedy: isLosing ? 'See whether keys expire too early or memory is too small (redis.memory), and what was deployed.' : null,
    };
  },
);
