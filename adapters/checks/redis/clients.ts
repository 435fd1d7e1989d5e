import { judged, type Finding } from '../../../core/command/checks/check.js';
import { info, numberOf, redisCheck, redisCli } from './session.js';

const warnShare = 0.8;
const failShare = 0.95;
/** Compiled default of Redis, where INFO does not tell (before 7). */
const defaultMaxClients = 10_000;

export const clients = redisCheck(
  'redis.clients',
  'clients against maxclients, blocked and rejected ones',
  async (client, url): Promise<Finding> => {
    const [connected, stats] = [await info(client, 'clients'), await info(client, 'stats')];
    const limit = numberOf(connected, 'maxclients') || defaultMaxClients;
    const used = numberOf(connected, 'connected_clients');
    const detail = `${used} of ${limit} clients, ${numberOf(connected, 'blocked_clients')} blocked, ${numberOf(stats, 'rejected_connections')} rejected since it started`;
    return judged(
      used,
      { warn: Math.floor(limit * warnShare), fail: Math.floor(limit * failShare) },
      {
        detail,
        command: redisCli(url, 'CLIENT LIST'),
        remedy: 'Look for a pool that does not give back, and set timeout for idle clients.',
      },
    );
  },
);
