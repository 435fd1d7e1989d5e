import { describe, expect, it } from 'vitest';
import { joinPartitions } from '../../../core/database/indexes/partitions.js';
import { readQueryPlan } from '../../../core/database/plan/plan.js';
import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';

const facts = {
  schema: 'fleet',
  estimatedRows: 600,
  sizeBytes: 1,
  deadRows: 0,
  modifiedSinceAnalyze: 0,
  lastAnalyzedAt: null,
  indexes: [],
};
const base = { pages: 10, rows: 600, columns: [], indexes: [] };
const positions: TableStatistics = {
  ...base,
  facts: { ...facts, relation: 'positions', partitions: 3 },
  kind: 'partitioned',
  partitions: ['positions_1', 'positions_2', 'positions_3'],
};
const cars: TableStatistics = { ...base, facts: { ...facts, relation: 'cars' }, kind: 'table', partitions: [] };

const timed = (ms: number, rows: number, loops: number): object => ({
  'Actual Total Time': ms,
  'Actual Startup Time': 0,
  'Actual Rows': rows,
  'Actual Loops': loops,
  'Plan Rows': 3,
});
const part = (name: string, ms: number): object => ({
  'Node Type': 'Seq Scan',
  'Relation Name': name,
  Alias: `p_${name}`,
  Filter: '(car = 7)',
  'Rows Removed by Filter': 1000,
  'Parent Relationship': 'Member',
  ...timed(ms, 5, 2),
});
const planOf = (parts: object[], other = 'cars'): ReturnType<typeof readQueryPlan> =>
  readQueryPlan(
    JSON.stringify([
      {
        Plan: {
          'Node Type': 'Nested Loop',
          ...timed(100, 30, 1),
          Plans: [
            { 'Node Type': 'Seq Scan', 'Relation Name': other, 'Parent Relationship': 'Outer', ...timed(15, 2, 1) },
            { 'Node Type': 'Append', 'Parent Relationship': 'Inner', ...timed(40, 15, 2), Plans: parts },
          ],
        },
        'Execution Time': 100,
      },
    ]),
  );

describe('scans of the partitions of a table', () => {
  const plan = joinPartitions(planOf([part('positions_1', 12), part('positions_2', 14), part('positions_3', 10)]), [positions, cars]);
  const scan = plan.nodes.find((node) => node.relation === 'positions');

  it('become one scan of the table, with what all of them did', () => {
    expect(plan.nodes.map((node) => node.relation)).toEqual([null, 'cars', null, 'positions']);
    expect(scan).toMatchObject({
      nodeType: 'Seq Scan',
      filter: '(car = 7)',
      loops: 1,
      rows: 30,
      rowsRemovedByFilter: 6000,
      rowsEstimated: 18,
    });
    expect(scan?.selfMs).toBeCloseTo(72);
  });

  it('dominate together where none does alone', () => {
    expect(plan.dominant).toMatchObject({ id: scan?.id, relation: 'positions' });
  });

  it('leave plans without partitions as they are', () => {
    const plain = planOf([part('cars', 12)]);
    expect(joinPartitions(plain, [positions, cars])).toBe(plain);
  });

  it('keep the name of the table, too, when only one of them is read', () => {
    expect(joinPartitions(planOf([part('positions_2', 14)]), [positions]).nodes.at(-1)).toMatchObject({
      relation: 'positions',
      loops: 2,
      rows: 5,
    });
  });
});
