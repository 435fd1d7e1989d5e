import type { RemedyMember } from './remedy.js';

export const createIndex: RemedyMember = {
  kind: 'create-index',
  title: 'builds the index that a plan asks for, concurrently',
  engine: 'postgres',
  canPlan: () => true,
  undo: (statement) => {
    const name = /\bindex\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?("[^"]+"|[\w.$]+)\s+on\b/i.exec(statement)?.[1];
    return name === undefined || name.toLowerCase() === 'concurrently'
      ? 'DROP INDEX CONCURRENTLY with the name that the database gave the index'
      : `DROP INDEX CONCURRENTLY IF EXISTS ${name}`;
  },
  apply: async (order) => (await import('../databases/postgres/postgres.js')).createIndex(order),
  takeBack: async (order) => (await import('../databases/postgres/postgres.js')).dropCreatedIndex(order),
};
