import { expect, it } from 'vitest';
import { planDocument, readQueryPlan } from '../../../core/database/plan/plan.js';
import type { PlanAnalysis } from '../../../core/database/plan/plan.js';

const read = (text: string): PlanAnalysis => planDocument(readQueryPlan(text));
const shape = ({ format, executionMs, nodes }: PlanAnalysis): unknown => [
  format,
  executionMs,
  nodes.map((each) => [each.nodeType, each.relation]),
];
const limited = [
  'postgres-json',
  0.05,
  [
    ['Limit', null],
    ['Seq Scan', 'data'],
  ],
];

it('reads JSON that Python printed in its own notation', () => {
  const scan =
    "{'Node Type': 'Seq Scan', 'Parent Relationship': 'Outer', 'Relation Name': 'data', 'Total Cost': 21.8, 'Actual Total Time': 0.015, 'Actual Rows': 10, 'Actual Loops': 1, 'Filter': \"(name = 'x'::text)\"}";
  const plan = `{'Plan': {'Node Type': 'Limit', 'Parallel Aware': False, 'Total Cost': 0.18, 'Actual Total Time': 0.02, 'Actual Rows': 10, 'Actual Loops': 1, 'Plans': [${scan}]}, 'Planning Time': 0.2, 'Triggers': [], 'Execution Time': 0.05}`;
  expect(shape(read(`[([${plan}],)]`))).toEqual(limited);
  expect(shape(read(`rows = cur.fetchall()\nprint(rows)\n[[${plan}]]\n`))).toEqual(limited);
  expect(shape(read(`result = [\n  ${plan.replaceAll("'", '"').replace('"(name = "x"::text)"', '"(name = 1)"')}\n]`))).toEqual(limited);
});

const inspected = (plans: string): string =>
  `[\n  {\n    'QUERY PLAN': [\n      {\n        Plan: {\n          'Node Type': 'Limit',\n          'Total Cost': 0.18,\n          'Actual Total Time': 0.02,\n          'Actual Rows': 10,\n          'Actual Loops': 1,\n          Plans: ${plans}\n        },\n        'Execution Time': 0.05\n      }\n    ]\n  }\n]`;

it("reads JSON that Node's console printed, and refuses what it shortened", () => {
  const scan =
    "[ { 'Node Type': 'Seq Scan', 'Relation Name': 'data', 'Total Cost': 21, 'Actual Total Time': 0.015, 'Actual Rows': 10, 'Actual Loops': 1 } ]";
  expect(shape(read(inspected(scan)))).toEqual(limited);
  expect(() => read(inspected('[ [Object] ]'))).toThrow(/came no value|left a part of the plan out/);
  expect(() => read(inspected('[Array]'))).toThrow(/Plans: \[Array\], where the shell left a part of the plan out.*JSON\.stringify/);
});

it('reads JSON in a constant of a program', () => {
  const plan = read(
    'const sample = `{\n  "query_block": {\n    "select_id": 1, "r_loops": 1, "r_total_time_ms": 11.5,\n    "table": { "table_name": "items", "access_type": "ALL", "r_loops": 1, "rows": 9, "r_rows": 9, "r_table_time_ms": 7, "r_other_time_ms": 4, "filtered": 100, "r_filtered": 100 }\n  }\n}`;\n',
  );
  expect(plan).toMatchObject({ format: 'mariadb-json', executionMs: 11.5, dominant: { relation: 'items' } });
});

const stages =
  "{\n  stage: 'SORT',\n  nReturned: 7,\n  executionTimeMillisEstimate: 30,\n  inputStage: { stage: 'COLLSCAN', nReturned: 9, executionTimeMillisEstimate: 20, docsExamined: 90 }\n}";

it.each([
  [
    'the statistics',
    `> db.people.find({ name: "x" }).explain("executionStats").executionStats\n{ executionSuccess: true, nReturned: 7, executionTimeMillis: 31, executionStages: ${stages} }`,
    31,
  ],
  ['the stages', `var res = db.people.find({ name: "x" }).explain("executionStats")\nres.executionStats.executionStages\n${stages}`, 30],
])('reads %s alone of a plan of MongoDB', (_, text, executionMs) => {
  expect(shape(read(text))).toEqual([
    'mongodb',
    executionMs,
    [
      ['SORT', null],
      ['COLLSCAN', null],
    ],
  ]);
});

it('reads the plans of two queries of MongoDB', () => {
  const one = (ms: number): string =>
    `{ queryPlanner: { namespace: 'a.b', winningPlan: {} }, executionStats: { executionTimeMillis: ${ms}, executionStages: ${stages} }, ok: 1 }`;
  const plan = read(`test> db.b.find().explain('executionStats')\n${one(5)}\ntest> db.b.find({}).explain('executionStats')\n${one(50)}\n`);
  expect(plan.executionMs).toBe(50);
  expect(plan.findings.map(({ id }) => id)).toContain('several-plans');
});

it('reads the details of SQLite without a drawing', () => {
  const plan = read('SEARCH quotes USING COVERING INDEX idx_quotes (symbol=?)\nUSE TEMP B-TREE FOR ORDER BY\n');
  expect(plan.nodes.map(({ nodeType, relation }) => [nodeType, relation])).toEqual([
    ['Query', null],
    ['Search covering index', 'quotes'],
    ['USE TEMP B-TREE', null],
  ]);
  expect(() => read('SCAN the room\nUSE TEMP B-TREE FOR ORDER BY\nand more\n')).toThrow(/Expected a query plan/);
});

it.each([
  [
    'TiDB',
    '| StreamAgg_12             | 1.00      | root | funcs:count(1) |\n| └─MergeJoin_31           | 32843.35  | root | inner join |\n',
  ],
  [
    'MySQL or MariaDB as a table',
    '| id | select_type | table | type | key | rows | Extra |\n|---|---|---|---|---|---|---|\n| 1 | PRIMARY | `msg` | `range` | `k` | 10 | `Using where` |\n',
  ],
  [
    'TimescaleDB with data nodes',
    ' Custom Scan (DataNodeScan) on d  (cost=1.00..2.00 rows=1 width=4) (actual time=3.0..5.0 rows=1 loops=1)\n   Remote EXPLAIN:\n     Seq Scan on c  (cost=0.00..3.00 rows=2 width=4) (actual time=0.004..0.005 rows=1 loops=1)\n',
  ],
])('%s is refused by its name', (name, text) => {
  expect(() => read(text)).toThrow(new RegExp(`this is one of ${name}`));
});

it('reads a table that a client copied as Markdown, with its backslashes', () => {
  const plan = read(
    [
      '| QUERY PLAN |',
      '| :--- |',
      '| Aggregate  \\(cost=10.00..11.00 rows=1 width=8\\) \\(actual time=20.000..25.000 rows=1 loops=1\\) |',
      '|   -&gt;  Index Scan using taxi\\_zones\\_idx on taxi\\_zones z  \\(cost=0.14..5.00 rows=1 width=6\\) \\(actual time=0.040..20.000 rows=3 loops=1\\) |',
      '|         Index Cond: \\(\\(a \\|\\| b\\) = c\\) |',
      '| Execution Time: 25.901 ms |',
    ].join('\n'),
  );
  expect(shape(plan)).toEqual([
    'postgres-text',
    25.901,
    [
      ['Aggregate', null],
      ['Index Scan', 'taxi_zones'],
    ],
  ]);
});

it('reads lines that are code in Markdown each', () => {
  const lines = [
    '`Sort  (cost=10.46..10.47 rows=1 width=158)` <br>',
    '  `Sort Key: e.name` <br>',
    '  `->  Seq Scan on e  (cost=0.00..1.01 rows=1 width=76)` <br>',
  ];
  expect(shape(read(lines.join('\n')))).toEqual([
    'postgres-text',
    null,
    [
      ['Sort', null],
      ['Seq Scan', 'e'],
    ],
  ]);
});

it.each(['-- ', '    // ', '# ', ' * '])('reads a drawing of SQLite in comments: "%s"', (prefix) => {
  const lines = ['QUERY PLAN', '|--CO-ROUTINE x', '|  `--SCAN a', '|--SCAN x', '`--USE TEMP B-TREE FOR ORDER BY'];
  const plan = read(`select 1;\n${lines.map((line) => prefix + line).join('\n')}\n`);
  expect(plan.nodes.map(({ nodeType, parentId }) => [nodeType, parentId])).toEqual([
    ['Query', null],
    ['CO-ROUTINE x', 0],
    ['Scan table', 1],
    ['Scan table', 0],
    ['USE TEMP B-TREE', 0],
  ]);
});

it.each([
  ' Cluster Gather (actual rows=1 loops=1)',
  ' Remote Subquery Scan on all (d1,d2)  (cost=1.00..2.00 rows=1 width=4) (actual time=0.1..0.2 rows=1 loops=1)',
])('refuses plans of several nodes by the name of their engines:%s', (root) => {
  expect(() => read(`${root}\n   ->  Seq Scan on public.test ${/\(.*\)$/.exec(root)?.[0] ?? ''}\n`)).toThrow(
    /this is one of AntDB, Postgres-XL or openGauss/,
  );
});
