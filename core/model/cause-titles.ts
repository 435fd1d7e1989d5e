import type { causeIds, CauseId } from './cause.js';

/** The names that people read; the ids are for programs. */
const titles: Record<(typeof causeIds)[number], string> = {
  'hot-function': 'Slow code',
  'regex-backtracking': 'Regular expression that backtracks',
  serialization: 'Costly serialization',
  crypto: 'Costly cryptography',
  compression: 'Costly compression',
  logging: 'Costly logging',
  templating: 'Costly templates',
  reflection: 'Costly reflection',
  'gc-pressure': 'Too much garbage collection',
  'event-loop-blocked': 'Blocked event loop',
  'thread-pool-starvation': 'Thread pool too small',
  'missing-index': 'Missing index',
  'non-sargable-predicate': 'Condition that no index can serve',
  'stale-statistics': 'Outdated table statistics',
  'sort-spill': 'Sort that spills to disk',
  'row-volume': 'Too many rows read',
  'n-plus-one': 'One query per row (N+1)',
  'row-lock': 'Row lock contention',
  'ddl-lock': 'Schema change holds a lock',
  'idle-in-transaction': 'Transaction left open',
  'pool-exhausted': 'Connection pool exhausted',
  'pooler-wait': 'Queue in the connection pooler',
  'connection-leak': 'Connection leak',
  'connection-limit': 'Connection limit reached',
  'connection-per-request': 'A new connection for every request',
  'slow-dependency': 'Slow dependency',
  'retry-amplification': 'Retries multiply the load',
  'cpu-starved': 'Not enough CPU',
  capacity: 'Load beyond capacity',
  'expensive-query': 'Expensive query',
  'inside-wait': 'Waiting inside the service',
};

function isKnown(id: string): id is (typeof causeIds)[number] {
  return Object.hasOwn(titles, id);
}

/** `Missing index` for `missing-index`. The id of a rule that somebody added is written with spaces. */
export function causeTitle(id: CauseId): string {
  return isKnown(id) ? titles[id] : id.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
}
