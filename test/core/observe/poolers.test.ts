import { expect, it } from 'vitest';
import { isPooler, poolerHints, type Pooler } from '../../../core/observe/poolers.js';

const hints = [
  { peer: '127.0.0.1:5432', label: 'database main', kind: 'database' as const },
  { peer: '127.0.0.1:5433', label: 'database archive', kind: 'database' as const },
];
const pooler = (...servers: string[]): Pooler => ({
  name: 'pgbouncer',
  ports: [15_990],
  servers: new Map(servers.map((server) => [server, 3])),
});

it('takes a wait at a pooler for one at the database behind it, under every address of the host', () => {
  expect(poolerHints([pooler('127.0.0.1:5432')], hints, ['127.0.0.1', '::1'])).toEqual([
    { peer: '127.0.0.1:15990', label: 'database main', kind: 'database', pooler: { name: 'pgbouncer', connections: 3 } },
    { peer: '[::1]:15990', label: 'database main', kind: 'database', pooler: { name: 'pgbouncer', connections: 3 } },
  ]);
});

it('does not say which database it is when the pooler leads to several', () => {
  const [hint] = poolerHints([pooler('127.0.0.1:5432', '127.0.0.1:5433')], hints, ['127.0.0.1']);
  expect(hint).toMatchObject({ label: 'pgbouncer (database main, database archive)', kind: 'database' });
});

it('leaves a pooler alone that leads to no database of the catalog', () => {
  expect(poolerHints([pooler('10.0.0.9:5432')], hints, ['127.0.0.1'])).toEqual([]);
});

it('takes no other program that uses a database for a pooler', () => {
  expect(['node', 'nginx', 'postgres', 'haproxy'].filter(isPooler)).toEqual([]);
});
