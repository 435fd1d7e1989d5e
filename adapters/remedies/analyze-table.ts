import type { RemedyMember } from './remedy.js';

export const analyzeTable: RemedyMember = {
  kind: 'analyze-table',
  title: 'renews the statistics of one table',
  engine: 'postgres',
  canPlan: () => true,
  undo: () => 'nothing to undo: only statistics were refreshed',
  apply: async (order) => (await import('../databases/postgres/postgres.js')).analyzeTable(order),
  takeBack: null,
};
