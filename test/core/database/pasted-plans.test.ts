import { expect, it } from 'vitest';
import { planDocument, readQueryPlan } from '../../../core/database/plan/plan.js';
import type { PlanAnalysis } from '../../../core/database/plan/plan.js';

const read = (text: string): PlanAnalysis => planDocument(readQueryPlan(text));
const own = ({ nodes }: PlanAnalysis): [string, number][] => nodes.map(({ nodeType, selfMs }) => [nodeType, Number(selfMs.toFixed(3))]);

it('takes a scan of a table that the step below it fills for a part of that step, as older servers of MySQL measure it', () => {
  const plan = read(
    [
      '-> Table scan on <temporary>  (actual time=0.002..0.017 rows=131 loops=1)',
      '    -> Aggregate using temporary table  (actual time=525.326..525.349 rows=131 loops=1)',
      '        -> Nested loop left join  (actual time=219.629..524.812 rows=131 loops=1)',
      '            -> Table scan on i  (cost=0.00 rows=0) (actual time=0.002..1.116 rows=2464 loops=1)',
      '                -> Fill information schema table i  (actual time=22.821..24.071 rows=2464 loops=1)',
      '            -> Index lookup on s using PRIMARY (id=i.id)  (cost=0.35 rows=1) (actual time=0.200..0.200 rows=1 loops=2464)',
    ].join('\n'),
  );
  expect(plan.executionMs).toBe(525.349);
  expect(own(plan)).toEqual([
    ['Table scan', 0.017],
    ['Aggregate using temporary table', 0.52],
    ['Nested loop left join', 7.941],
    ['Table scan', 1.116],
    ['Fill information schema table i', 22.955],
    ['Index lookup', 492.8],
  ]);
  expect(plan.findings.map(({ id }) => id)).not.toContain('unattributed');
});

it('leaves the times of newer servers, whose scan holds what fills its table', () => {
  const plan = read(
    [
      '-> Table scan on <temporary>  (cost=9..9.9 rows=10) (actual time=11.5..11.8 rows=1000 loops=1)',
      '    -> Aggregate using temporary table  (cost=7..7 rows=10) (actual time=11.5..11.5 rows=1000 loops=1)',
      '        -> Table scan on o  (cost=5 rows=10) (actual time=0.1..6.5 rows=9000 loops=1)',
    ].join('\n'),
  );
  expect(own(plan)).toEqual([
    ['Table scan', 0.3],
    ['Aggregate using temporary table', 5],
    ['Table scan', 6.5],
  ]);
});

it('reads loops and rows that MySQL prints with an exponent', () => {
  const plan = read(
    [
      '-> Nested loop inner join  (cost=8.14e+6 rows=14.8e+6) (actual time=871..348112 rows=314424 loops=1)',
      '    -> Table scan on a  (cost=755706 rows=7.38e+6) (actual time=0.332..65024 rows=125e+6 loops=1)',
      '    -> Index lookup on b using k (id=a.id)  (cost=0.25 rows=2) (actual time=0.00224..0.00225 rows=2.52e-3 loops=125e+6)',
    ].join('\n'),
  );
  expect(plan.nodes.at(-1)).toMatchObject({ loops: 125e6, selfMs: 281_250 });
});

const citus = [
  ' Custom Scan (Citus Adaptive)  (cost=0.00..0.00 rows=100000 width=4022) (actual time=136.003..136.827 rows=5076 loops=1)',
  '   Task Count: 32',
  '   Tasks Shown: One of 32',
  '   ->  Task',
  '         Node: host=10.0.0.1 port=5432 dbname=shop',
  '         ->  Seq Scan on x_102022 x  (cost=0.00..663.46 rows=1158 width=2804) (actual time=0.088..58.356 rows=1158 loops=1)',
  ' Execution Time: 137.427 ms',
];

it.each([
  ['text', citus.join('\n')],
  [
    'a distributed subplan',
    [citus[0], '   ->  Distributed Subplan 1_1', '         Subplan Duration: 410.39 ms', ...citus.slice(1)].join('\n'),
  ],
  [
    'JSON',
    JSON.stringify([
      {
        Plan: {
          'Node Type': 'Custom Scan',
          'Custom Plan Provider': 'Citus Adaptive',
          'Actual Total Time': 136.8,
          'Actual Rows': 5076,
          'Actual Loops': 1,
          'Distributed Query': { Job: { 'Task Count': 32, 'Tasks Shown': 'One of 32', Tasks: [] } },
        },
      },
    ]),
  ],
])('refuses a plan of Citus by its name, which shows one of many tasks: %s', (_, text) => {
  expect(() => read(text)).toThrow(/this is one of Citus.*which is not read.*->  Task/);
});

it('reads the part of it that is a plan of one shard', () => {
  expect(read((citus[5] ?? '').replace('->', '')).nodes).toHaveLength(1);
});

it('takes the plans of several statements of the shell of SQLite for several', () => {
  const plan = read(
    [
      'sqlite> SELECT a, count(*) FROM t1 GROUP BY a;',
      'QUERY PLAN',
      '|--SCAN t1 USING INDEX i1a',
      '`--USE TEMP B-TREE FOR GROUP BY',
      '1|2',
      'sqlite> SELECT c FROM t2;',
      'QUERY PLAN',
      '`--SCAN t2',
    ].join('\n'),
  );
  expect(plan.nodes.flatMap(({ relation }) => relation ?? [])).toEqual(['t1']);
  expect(plan.findings.map(({ id }) => id)).toContain('several-plans');
});

const join = (numbers: (rows: number, loops: number) => string): string[] => [
  `Nested Loop${numbers(6, 1)}`,
  `  ->  Seq Scan on customers c${numbers(2, 1)}`,
  `  ->  Append${numbers(3, 2)}`,
  `        ->  Index Scan using o_1_pkey on o_1${numbers(2, 2)}`,
  '              Index Cond: (id > c.id)',
  `        ->  Index Scan using o_2_pkey on o_2${numbers(1, 1)}`,
  '              Index Cond: (id > c.id)',
];

const shape = ({ format, nodes }: PlanAnalysis): unknown => [format, nodes.map(({ nodeType, parentId }) => [nodeType, parentId])];

const joined = [
  'postgres-text',
  [
    ['Nested Loop', null],
    ['Seq Scan', 0],
    ['Append', 0],
    ['Index Scan', 2],
    ['Index Scan', 2],
  ],
];

it('takes a plan of PostgreSQL with neither costs nor times for one of PostgreSQL, whose root has no arrow', () => {
  const counted = join((rows, loops) => ` (actual rows=${rows} loops=${loops})`);
  expect(shape(read(counted.join('\n')))).toEqual(joined);
  const partly = counted.map((line, index) => (index === 5 ? line.replace(/ \(actual.*/, ' (never executed)') : line));
  expect(shape(read(partly.join('\n')))).toEqual(joined);
});

it.each([8, 27, 40, 60])('joins no lines because somebody shortened the rule below the heading to %s signs', (width) => {
  const lines = join((rows, loops) => `  (cost=0.00..9.00 rows=${rows} width=4) (actual time=0.1..0.2 rows=${rows} loops=${loops})`);
  // Behind a line that is as long as the rule lies the next node.
  const output = `   Output: ${'x'.repeat(Math.max(1, width + 1 - '   Output: '.length))}`;
  const table = ['   QUERY PLAN', '-'.repeat(width), ` ${lines[0] ?? ''}`, output, ...lines.slice(1).map((line) => ` ${line}`), '(8 rows)'];
  expect(shape(read(table.join('\n')))).toEqual(joined);
});

it.each([1, 2, 3])('refuses a plan whose text ends after %s of its nodes, since its join reads too little', (nodes) => {
  const lines = join((rows, loops) => `  (cost=0.00..9.00 rows=${rows} width=4) (actual time=0.1..0.2 rows=${rows} loops=${loops})`);
  const cut =
    (text: string[]): (() => unknown) =>
    () =>
      read(text.slice(0, nodes).join('\n'));
  if (nodes < 3) expect(cut(lines)).toThrow(/complete plan, but "Nested Loop" reads \d of the 2 nodes/);
  const mysql = [
    '-> Sort: total  (actual time=9..9 rows=6 loops=1)',
    '    -> Nested loop inner join  (cost=9 rows=6) (actual time=1..8 rows=6 loops=1)',
    '        -> Table scan on c  (cost=1 rows=2) (actual time=0.1..0.2 rows=2 loops=1)',
    '        -> Index lookup on o using k (c=c.id)  (cost=1 rows=3) (actual time=0.1..3 rows=3 loops=2)',
  ];
  expect(cut(mysql)).toThrow(/complete plan, but "(?:Sort|Nested loop inner join)" reads/);
});

const drawnBySqlite = [
  'QUERY PLAN',
  '|--CO-ROUTINE latest',
  '|  `--MERGE (UNION)',
  '|     |--LEFT',
  '|     |  `--SCAN orders USING COVERING INDEX orders_at',
  '|     `--RIGHT',
  '|        `--SCAN archive',
  '|--SCAN latest',
  '`--CREATE BLOOM FILTER',
];
const steps = [
  ['Query', null],
  ['CO-ROUTINE latest', 0],
  ['MERGE (UNION)', 1],
  ['LEFT', 2],
  ['Scan covering index', 3],
  ['RIGHT', 2],
  ['Scan table', 5],
  ['Scan table', 0],
  ['CREATE BLOOM FILTER', 0],
];

it.each([
  ['as the shell draws it', drawnBySqlite],
  ['indented as a whole', drawnBySqlite.map((line) => `    ${line}`)],
  [
    'as MediaWiki draws it',
    [
      'QUERY PLAN',
      '├── [2] `CO-ROUTINE latest`',
      '│   └── [3] `MERGE (UNION)`',
      '│       ├── [5] `LEFT`',
      '│       │   └── [9] `SCAN orders USING COVERING INDEX orders_at`',
      '│       └── [12] `RIGHT`',
      '│           └── [14] `SCAN archive`',
      '├── [39] `SCAN latest`',
      '└── [40] `CREATE BLOOM FILTER`',
    ],
  ],
])('reads every step of a plan of SQLite, whatever it is called: %s', (_, lines) => {
  expect(shape(read(lines.join('\n')))).toEqual(['sqlite', steps]);
});

it('refuses a plan in YAML that ends too early, too', () => {
  const yaml = [
    '- Plan: ',
    '    Node Type: "Nested Loop"',
    '    Total Cost: 9.00',
    '    Plans: ',
    '      - Node Type: "Seq Scan"',
    '        Total Cost: 1.00',
  ];
  expect(() => read(yaml.join('\n'))).toThrow(/complete plan, but "Nested Loop" reads 1 of the 2 nodes/);
});

it('refuses XML whose tags never end, without reading to its end from each of them', () => {
  const begin = '<explain xmlns="http://www.postgresql.org/2009/explain"><Query><Plan><Node-Type>Result</Node-Type>';
  for (const endless of [`<${'a'.repeat(1_000_000)}`, '<!'.repeat(1_000_000)]) {
    expect(() => read(begin + endless)).toThrow(/Expected a complete plan of EXPLAIN \(FORMAT XML\)/);
  }
});
