import type { Guest } from './guest.js';

const items = `
CREATE TABLE items (item_id int PRIMARY KEY, shelf int NOT NULL);
INSERT INTO items SELECT i, i % 300 FROM generate_series(1, 20000) i;`;

const carts: Guest = {
  name: 'cart-removal',
  kind: 'fault',
  title: 'plain Node and pg: carts are deleted by a column without an index, which only an estimate may show',
  program: 'lab/guests/programs/carts.mjs',
  schema: `CREATE TABLE carts (cart_id int PRIMARY KEY, session_token text NOT NULL, total int);
INSERT INTO carts SELECT i, md5(i::text), i % 500 FROM generate_series(1, 400000) i;`,
  endpoint: {
    name: 'removal',
    method: 'GET',
    path: '/sessions/4e732ced3463d06d',
    budgets: { p95Ms: 20 },
    load: { executor: 'constant-vus', vus: 8 },
  },
  truth: { cause: { id: 'missing-index', location: { relation: 'carts', columns: ['session_token'] } }, outcomes: ['localized'] },
};

/** What stands between a service and its database: a pooler, a tunnel. */
export const poolGuests: Guest[] = [
  {
    name: 'warehouse-pooler',
    kind: 'fault',
    title: 'plain Node and PgBouncer with two connections: a transaction stays open while the warehouse is asked',
    program: 'lab/guests/programs/warehouse.mjs',
    words: ['40'],
    between: { poolerConnections: 2 },
    schema: items,
    peer: { answerAfterMs: 20 },
    endpoint: { name: 'stock', method: 'GET', path: '/items/77', budgets: { p95Ms: 60 }, load: { executor: 'constant-vus', vus: 14 } },
    truth: { cause: { id: 'pooler-wait', location: { pool: true } }, outcomes: ['localized', 'mixed'] },
  },
  {
    name: 'visitor-book',
    kind: 'fault',
    title: 'plain Node and pg: every request opens a connection of its own',
    program: 'lab/guests/programs/visitors.mjs',
    schema: `CREATE TABLE visitors (visitor_id int PRIMARY KEY, name text);
INSERT INTO visitors SELECT i, 'Visitor ' || i FROM generate_series(1, 5000) i;`,
    endpoint: { name: 'visitor', method: 'GET', path: '/visitors/77', budgets: { p95Ms: 25 }, load: { executor: 'constant-vus', vus: 8 } },
    truth: { cause: { id: 'connection-per-request', location: {} }, outcomes: ['localized', 'mixed'] },
  },
  carts,
  {
    ...carts,
    name: 'cart-removal-tunnel',
    title: 'the same carts through a tunnel: a slow peer at its address, with the busy database of the catalog named beside it',
    between: 'tunnel',
    truth: { cause: { id: 'slow-dependency', location: { partner: 'tunnel' } }, outcomes: ['localized'] },
  },
];
