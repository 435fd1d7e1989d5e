import type { DatabaseEngine } from './database.js';

/** The driver is loaded when a database is really looked at. */
const client = async () => await import('./postgres/postgres.js');

export const postgres: DatabaseEngine = {
  kind: 'postgres',
  title: 'PostgreSQL',
  defaultPort: 5432,
  peer: 'database',
  look: {
    observe: async (order) => (await client()).observeDatabase(order),
    scan: async (order) => (await client()).scanQueries(order),
    totalExecutionMs: async (order) => (await client()).totalExecutionMs(order),
  },
};
