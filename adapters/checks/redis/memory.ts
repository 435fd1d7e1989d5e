import { judged, type Finding } from '../../../core/command/checks/check.js';
import { info, numberOf, redisCheck, redisCli } from './session.js';

const mebi = 1024 * 1024;
/** With a policy that evicts, a full cache is its normal state; with `noeviction` the next write is refused. */
const warnShare = 0.8;
const failShare = 0.95;

export const memory = redisCheck(
  'redis.memory',
  'memory against maxmemory, and what happens when it is full',
  async (client, url): Promise<Finding> => {
    const fields = await info(client, 'memory');
    const used = numberOf(fields, 'used_memory');
    const limit = numberOf(fields, 'maxmemory') || numberOf(fields, 'total_system_memory');
    const isLimited = numberOf(fields, 'maxmemory') > 0;
    const policy = fields.get('maxmemory_policy') ?? 'noeviction';
    const evicts = isLimited && policy !== 'noeviction';
    const detail = `${Math.round(used / mebi)} MiB (bytes) of ${Math.round(limit / mebi)} MiB ${isLimited ? `maxmemory, ${policy}` : 'of the machine: no maxmemory is set'}`;
    const limits = evicts || limit === 0 ? { warn: null, fail: null } : { warn: limit * warnShare, fail: limit * failShare };
    return judged(used, limits, {
      detail,
      command: redisCli(url, 'INFO memory'),
      remedy: isLimited
        ? 'Raise maxmemory or let it evict (maxmemory-policy); full, it refuses writes.'
        : 'Set maxmemory below the memory of the machine, before the kernel kills it.',
    });
  },
);
