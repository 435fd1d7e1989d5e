import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { planOperator } from '../../../core/engines/registry.js';
import { planDocument, readQueryPlan, type PlanAnalysis } from '../../../core/database/plan/plan.js';

const folder = new URL('../../../fixtures/plans/engines/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const read = (name: string): PlanAnalysis => planDocument(readQueryPlan(text(name)));
const told = ({ nodes }: PlanAnalysis): unknown[] =>
  nodes.map(({ parentId, nodeType, relation, selfMs, loops }) => [parentId, nodeType, relation, Number(selfMs.toFixed(2)), loops]);

describe('what a node does', () => {
  it.each([
    ['mysql-tree', 'Table scan', 'full-scan'],
    ['mysql-tree', 'Covering index scan', 'index-scan'],
    ['mysql-tree', 'Single-row index lookup', 'index-scan'],
    ['mysql-json', 'Limit', 'limit'],
    ['mysql-tree', 'Nested loop left join', 'nested-loop'],
    ['mysql-tree', 'Inner hash join', 'other'],
    ['mariadb-json', 'Index range scan', 'index-scan'],
    ['mariadb-json', 'Block nested loop join', 'nested-loop'],
    ['mariadb-json', 'Sort', 'sort'],
    ['sqlite', 'Scan table', 'full-scan'],
    ['sqlite', 'Search covering index', 'index-scan'],
    ['sqlite', 'Search primary key', 'index-scan'],
    ['sqlite', 'USE TEMP B-TREE', 'sort'],
    ['mongodb', 'COLLSCAN', 'full-scan'],
    ['mongodb', 'IXSCAN', 'index-scan'],
    ['mongodb', 'FETCH', 'hand-on'],
    ['mongodb', '$sort', 'sort'],
    ['mongodb', '$limit', 'limit'],
    ['postgres-text', 'Parallel Seq Scan', 'full-scan'],
    ['of no engine', 'index-scan', 'index-scan'],
  ])('%s: %s is %s', (format, nodeType, operator) => {
    expect(planOperator(format, nodeType)).toBe(operator);
  });

  it('is known for every access to a table in the recorded plans', () => {
    const unknown = readdirSync(folder).flatMap((name) => {
      try {
        const { format, nodes } = readQueryPlan(text(name));
        const read = nodes.filter(({ relation, nodeType }) => relation !== null && planOperator(format, nodeType) === 'other');
        return read.map(({ nodeType }) => `${name}: ${nodeType}`);
      } catch (error) {
        if (error instanceof UnreadableInputError) return [];
        throw error;
      }
    });
    expect(unknown).toEqual([]);
  });
});

describe('plans of MariaDB 10.11, recorded', () => {
  it.each(readdirSync(folder).filter((name) => /^mariadb-\w+\.json$/.test(name)))('%s: the parts add up to the whole', (name) => {
    const { format, nodes, executionMs } = read(name);
    const total = nodes.reduce((sum, { selfMs }) => sum + selfMs, 0);
    expect(format).toBe('mariadb-json');
    expect(nodes.filter(({ selfMs }) => selfMs < 0)).toEqual([]);
    // Parts are measured with another clock: a tenth of a millisecond, or 3 % in the recorded ones.
    expect(total).toBeGreaterThanOrEqual((executionMs ?? 0) * 0.999);
    expect(total).toBeLessThanOrEqual((executionMs ?? 0) * 1.03 + 0.1);
  });

  it('names the inner table of a loop, with its loops and the rows after the condition', () => {
    const { dominant, nodes } = read('mariadb-join.json');
    expect(dominant).toMatchObject({ nodeType: 'Index lookup', relation: 'o' });
    expect(nodes[dominant?.id ?? 0]).toMatchObject({ loops: 2000, rows: expect.closeTo(25 * 0.66668, 3) as number });
  });

  it('tells estimates as such, and counts every table once', () => {
    const plan = readQueryPlan(text('mariadb-join-estimated.json'));
    expect(plan).toMatchObject({ analyzed: false, executionMs: null });
    expect(plan.nodes.flatMap(({ relation }) => relation ?? [])).toEqual(['c', 'o']);
    expect(plan.findings.map(({ text: words }) => words).join()).toContain('ANALYZE FORMAT=JSON');
  });

  it.each(['mariadb-table.txt', 'mariadb-vertical.txt', 'mariadb-batch.txt'])('%s is read out of what the client draws', (name) => {
    expect(read(name)).toMatchObject({ format: 'mariadb-json', dominant: { nodeType: 'Table scan', relation: 'o' } });
  });
});

describe('plans of MySQL', () => {
  it('reads the tree out of the table of the client, with steps that tell no numbers', () => {
    const analysis = read('mysql-tree.txt');
    expect(analysis.executionMs).toBe(12.1);
    expect(told(analysis)).toContainEqual([4, 'Hash', null, 0, 1]);
    expect(analysis.dominant).toMatchObject({ nodeType: 'Table scan', relation: 'o', selfMs: 5 });
    expect(analysis.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['rows-removed', 'unattributed']));
  });

  it('joins numbers that stand in a line of their own, and leaves remarks out', () => {
    expect(told(read('mysql-annotated.txt'))).toEqual([
      [null, 'Sort', null, 8.8, 1],
      [0, 'Nested loop left join', null, 20.55, 1],
      [1, 'Filter', null, 0.12, 1],
      [2, 'Index lookup', 'm', 1.58, 1],
      [1, 'Single-row index lookup', 's', 1.85, 2787],
    ]);
  });

  it('refuses a tree whose indentation is lost', () => {
    expect(() => read('mysql-flush-left.txt')).toThrow(/indented below what reads it, but got line 2/);
  });

  it('reads both versions of the JSON', () => {
    const blocks = read('mysql-blocks.json');
    expect(blocks.dominant).toMatchObject({ nodeType: 'Table scan', relation: 's1' });
    expect(blocks.nodes.map(({ nodeType }) => nodeType)).toEqual(['Query block', 'Sort', 'Nested loop', 'Table scan', 'Index lookup']);
    expect(told(read('mysql-second-version.json'))).toEqual([
      [null, 'Limit', null, 0.01, 1],
      [0, 'Nested loop inner join', null, 0.03, 1],
      [1, 'Covering index scan', 'customers', 0.02, 1],
      [1, 'Filter', null, 0.02, 4],
      [3, 'Index lookup', 'orders', 0.12, 4],
    ]);
  });

  it('refuses the table by its name, with the command that tells more', () => {
    expect(() => read('mysql-tabular.txt')).toThrow(/MySQL or MariaDB as a table.*FORMAT=JSON/);
  });
});

describe('plans of SQLite', () => {
  it.each([
    ['sqlite-tree.txt', ['c', 'o', 'o']],
    ['sqlite-rows.json', ['c', 'o']],
    ['sqlite-old.txt', ['o', 'c']],
  ])('%s: the steps, and that they tell no times', (name, relations) => {
    const { format, nodes, dominant, findings } = read(name);
    expect(format).toBe('sqlite');
    expect(nodes.flatMap(({ relation }) => relation ?? [])).toEqual(relations);
    expect(dominant).toBeNull();
    expect(findings).toEqual([
      expect.objectContaining({ id: 'not-analyzed', text: expect.stringContaining('neither estimates nor times') as string }),
    ]);
  });
});

describe('plans of MongoDB', () => {
  it('reads what the shell prints, with remarks and expressions', () => {
    const analysis = read('mongodb-shell.txt');
    expect(analysis.executionMs).toBe(49);
    expect(told(analysis)).toEqual([
      [null, 'SORT', null, 2, 1],
      [0, 'COLLSCAN', 'orders', 44, 1],
    ]);
    expect(analysis.findings.map(({ id }) => id)).toEqual(['rows-removed']);
  });

  it('reads an aggregation as a chain of stages', () => {
    expect(told(read('mongodb-aggregate.json'))).toEqual([
      [null, '$sort', null, 2, 1],
      [0, '$group', null, 88, 1],
      [1, 'FETCH', 'orders', 60, 1],
      [2, 'IXSCAN', 'orders', 30, 1],
    ]);
  });

  it('compares estimates with what came, unless a limit stops the stage early', () => {
    const explain = (outer: string): string =>
      JSON.stringify({
        queryPlanner: { namespace: 'shop.orders', winningPlan: { stage: outer } },
        executionStats: {
          executionTimeMillis: 4,
          executionStages: {
            stage: outer,
            nReturned: 10,
            executionTimeMillisEstimate: 4,
            inputStage: { stage: 'COLLSCAN', nReturned: 10, docsExamined: 10, executionTimeMillisEstimate: 4, cardinalityEstimate: 5000 },
          },
        },
      });
    const findings = (outer: string): string[] => planDocument(readQueryPlan(explain(outer))).findings.map(({ id }) => id);
    expect(findings('PROJECTION_SIMPLE')).toContain('misestimate');
    expect(findings('LIMIT')).not.toContain('misestimate');
  });

  it('refuses what the shell shortened', () => {
    expect(() => read('mongodb-shortened.txt')).toThrow(/inputStage: \[Object\], where the shell left a part of the plan out/);
  });
});

describe('plans of programs that are not read', () => {
  it.each([
    ['Oracle', 'Plan hash value: 3617692013\n\n| Id  | Operation         | Name |\n|   0 | SELECT STATEMENT  |      |'],
    ['SQL Server', '  |--Clustered Index Scan(OBJECT:([db].[dbo].[t].[PK]))'],
    ['SQL Server', '<ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan"></ShowPlanXML>'],
    [
      'Redshift',
      ' XN Hash Join DS_BCAST_INNER  (cost=109.98..3871130276.17 rows=172456 width=132)\n   ->  XN Seq Scan on lineorder  (cost=0.00..1.00 rows=1 width=1)',
    ],
    [
      'Greenplum',
      ' Gather Motion 2:1  (slice1; segments: 2)  (cost=0.00..431.00 rows=1 width=1)\n   ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=1)',
    ],
    ['CockroachDB', 'distribution: local\nvectorized: true\n\n• scan\n  table: t@t_pkey'],
    ['Spark', '== Physical Plan ==\n*(1) Range (0, 1000, step=1, splits=2)'],
    ['Databend', 'Filter\n├── output columns: [t.a (#0)]\n├── estimated rows: 3.00\n└── TableScan\n    ├── table: default.default.t\n'],
    ['Materialize', 'Explained Query:\n  Project (#0, #1)\n    ReadIndex on=orders orders_idx=[lookup value=(5)]\n'],
    ['RisingWave', ' BatchExchange { order: [], dist: Single }\n └─BatchScan { table: t, columns: [v1] }'],
    ['StarRocks or Doris', 'PLAN FRAGMENT 0\n OUTPUT EXPRS:1: id\n  PARTITION: UNPARTITIONED\n  0:OlapScanNode\n'],
    ['TiDB', '| TableReader_7 | 10.00 | root | | data:Selection_6 |'],
  ])('%s is refused by its name', (name, plan) => {
    expect(() => planDocument(readQueryPlan(plan))).toThrow(new RegExp(`this is one of ${name}.*is not read`));
  });
});
