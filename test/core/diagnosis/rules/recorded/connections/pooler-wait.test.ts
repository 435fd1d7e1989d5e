import { checkRule, type Change } from '../check-rule.js';

interface Wire {
  wire: {
    waitingInside: number;
    peers: { kind: string; waiting: number; waitingMax: number; pooler?: { name: string; connections: number } }[];
  };
}
interface Database {
  activity: { service: unknown; idleInTransactionSessions: number };
}

/** The same queue, had it stood in a pooler on the host instead of in the service: its few connections are held by transactions that call elsewhere. */
const behindPooler: Change = (documents) => {
  const service = documents.get('service.json') as Wire;
  for (const peer of service.wire.peers.filter(({ kind }) => kind === 'database')) {
    Object.assign(peer, { waiting: service.wire.waitingInside, waitingMax: 28, pooler: { name: 'pgbouncer', connections: 3 } });
  }
  service.wire.waitingInside = 0;
  const [database] = documents.get('databases.json') as Database[];
  Object.assign(database?.activity ?? {}, { service: null, idleInTransactionSessions: 2.9 });
};

checkRule('pooler-wait', {
  fires: [['pool-exhausted', { pool: 'pgbouncer (main)', database: 'main' }, behindPooler]],
  silent: ['idle-pool', 'healthy'],
  lookAlike: [
    ['pool-exhausted', 'pool-exhausted'],
    ['missing-index', 'missing-index'],
    ['slow-dependency', 'slow-dependency'],
  ],
});
