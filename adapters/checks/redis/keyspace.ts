import type { Finding } from '../../../core/command/checks/check.js';
import { info, redisCheck, redisCli } from './session.js';

export const keyspace = redisCheck(
  'redis.keyspace',
  'how many keys there are, and how many expire',
  async (client, url): Promise<Finding> => {
    const fields = await info(client, 'keyspace');
    const of = (name: string): number =>
      [...fields.values()].reduce((sum, text) => sum + Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1] ?? 0), 0);
    const keys = of('keys');
    return {
      verdict: 'ok',
      value: keys,
      limit: null,
      detail: `${keys} keys, ${of('expires')} of them expire`,
      command: redisCli(url, 'INFO keyspace'),
      remedy: null,
    };
  },
);
