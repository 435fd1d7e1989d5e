import { judged, type Finding } from '../../../core/command/checks/check.js';
import { redisCheck, redisCli } from './session.js';

const entriesAsked = 128;
const withinS = 900;
/** While one command runs nobody else is served: a tenth of a second of that is a stall that every client sees. */
const warnMs = 100;

interface Entry {
  atS: number;
  ms: number;
  command: string;
}

function entriesOf(raw: unknown): Entry[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((entry: unknown): Entry[] => {
    if (!Array.isArray(entry)) return [];
    const [, atS, microseconds, words] = entry as unknown[];
    // Only the command and its first key: values may be anybody's data.
    const command = Array.isArray(words) ? words.slice(0, 2).map(String).join(' ').slice(0, 80) : '';
    return typeof atS === 'number' && typeof microseconds === 'number' ? [{ atS, ms: microseconds / 1000, command }] : [];
  });
}

export const slowlog = redisCheck(
  'redis.slowlog',
  'slow commands of the last quarter of an hour',
  async (client, url): Promise<Finding> => {
    const entries = entriesOf(await client.call('SLOWLOG', 'GET', String(entriesAsked)));
    const recent = entries.filter(({ atS }) => atS > Date.now() / 1000 - withinS).sort((left, right) => right.ms - left.ms);
    const slowest = recent[0];
    const detail =
      slowest === undefined
        ? 'no slow command within 15 min'
        : `${recent.length} slow commands within 15 min, the slowest took ${slowest.ms.toFixed(1)} ms: ${slowest.command}`;
    return judged(
      Math.round((slowest?.ms ?? 0) * 10) / 10,
      { warn: warnMs, fail: null },
      {
        detail: `${detail} (ms)`,
        command: redisCli(url, 'SLOWLOG GET 10'),
        remedy: 'Replace KEYS by SCAN, big reads by parts, DEL of big values by UNLINK.',
      },
    );
  },
);
