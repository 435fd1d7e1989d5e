import { expect, it } from 'vitest';
import { planDocument, readQueryPlan } from '../../../core/database/plan/plan.js';
import type { PlanAnalysis } from '../../../core/database/plan/plan.js';

const read = (text: string): PlanAnalysis => planDocument(readQueryPlan(text));
const findings = (plan: PlanAnalysis): string[] => plan.findings.map(({ id }) => id);

const numbers = (totalMs: number): string => `(cost=1.00..2.00 rows=10 width=4) (actual time=0.010..${totalMs.toFixed(3)} rows=10 loops=1)`;
const text = (totalMs: number): string =>
  `Seq Scan on orders  ${numbers(totalMs)}\n  Filter: (a > 5)\nExecution Time: ${totalMs.toFixed(3)} ms`;
const yaml = (totalMs: number): string =>
  [
    '- Plan:',
    '    Node Type: "Seq Scan"',
    '    Relation Name: "events"',
    `    Actual Total Time: ${totalMs}`,
    '    Actual Rows: 5',
    '    Actual Loops: 1',
    '    Output:',
    '      - "a"',
    `  Execution Time: ${totalMs}`,
  ].join('\n');
const xml = (totalMs: number): string =>
  [
    '<explain xmlns="http://www.postgresql.org/2009/explain">',
    '  <Query>',
    '    <Plan>',
    '      <Node-Type>Seq Scan</Node-Type>',
    '      <Relation-Name>events</Relation-Name>',
    `      <Actual-Total-Time>${totalMs}</Actual-Total-Time>`,
    '      <Actual-Rows>5</Actual-Rows>',
    '      <Actual-Loops>1</Actual-Loops>',
    '    </Plan>',
    `    <Execution-Time>${totalMs}</Execution-Time>`,
    '  </Query>',
    '</explain>',
  ].join('\n');

it.each([
  ['postgres-yaml', yaml],
  ['postgres-xml', xml],
])('reads a plan in text that stands beside one in %s, above or below it: the slower one is told', (format, other) => {
  const page = (parts: readonly string[]): string => parts.map((part) => `Words.\n\`\`\`\n${part}\n\`\`\`\n`).join('\n');
  for (const [textMs, otherMs, slower, relation] of [
    [950, 5, 'postgres-text', 'orders'],
    [5, 950, format, 'events'],
  ] as const) {
    for (const parts of [
      [text(textMs), other(otherMs)],
      [other(otherMs), text(textMs)],
    ]) {
      const plan = read(page(parts));
      expect(plan).toMatchObject({ format: slower, executionMs: 950, dominant: { relation } });
      expect(plan.nodes).toHaveLength(1);
      expect(findings(plan)).toContain('several-plans');
    }
  }
});

it.each(['...', ' ...', '…', '[...]'])('refuses a plan that goes on behind "%s", however far left that stands', (mark) => {
  const above = [` Append  ${numbers(900)}`, `   ->  Seq Scan on p_1  ${numbers(5)}`, `   ->  Seq Scan on p_2  ${numbers(6)}`];
  const below = `   ->  Seq Scan on p_18  ${numbers(7)}`;
  const refused = /A part of a plan would be told as the whole/;
  expect(() => read([...above, mark, below, ' Execution Time: 901 ms'].join('\n'))).toThrow(refused);
  expect(() => read([...above, '', mark, ' Execution Time: 901 ms'].join('\n'))).toThrow(refused);
  expect(() => read([...above, mark].join('\n'))).toThrow(refused);
  expect(read([...above, ' Execution Time: 901 ms', mark].join('\n')).nodes).toHaveLength(3);
  const mysql = [
    '-> Nested loop inner join  (cost=1 rows=2) (actual time=0.25..900.3 rows=1450 loops=1)',
    '    -> Table scan on o  (cost=1 rows=2) (actual time=0.10..3.5 rows=2000 loops=1)',
    mark,
    '    -> Table scan on c  (cost=1 rows=2) (actual time=0.005..0.005 rows=1 loops=1450)',
  ];
  expect(() => read(mysql.join('\n'))).toThrow(refused);
});

it('refuses a drawing of SQLite in which steps were left out', () => {
  expect(() => read('QUERY PLAN\n|--SCAN orders\n|  ...\n`--USE TEMP B-TREE FOR ORDER BY\n')).toThrow(
    /line 3: "\|  \.\.\." says that some were left out/,
  );
});

const node = (type: string, own: object, plans: readonly object[] = []): object => ({
  'Node Type': type,
  'Total Cost': 9,
  'Plan Rows': 5,
  ...own,
  ...(plans.length === 0 ? {} : { Plans: plans }),
});
const measured = { 'Actual Total Time': 900, 'Actual Rows': 5, 'Actual Loops': 1 };

it('refuses a plan in JSON where only some nodes were measured, as one in text', () => {
  const part = node('Sort', measured, [node('Seq Scan', { 'Relation Name': 'big' })]);
  expect(() => read(JSON.stringify([{ Plan: part, 'Execution Time': 901 }]))).toThrow(
    /Expected measurements at every node.*"Seq Scan" on big has none/,
  );
  const rowsAlone = { 'Actual Rows': 5, 'Actual Loops': 1 };
  const untimed = read(
    JSON.stringify([{ Plan: node('Sort', rowsAlone, [node('Seq Scan', rowsAlone)]), 'Planning Time': 20, 'Execution Time': 901 }]),
  );
  // The nodes have no times, the statement has.
  expect(untimed.executionMs).toBe(901);
  expect(findings(untimed)).toEqual(['no-timing']);
});

it('reads the times that Database Lab prints below a plan, whatever their unit', () => {
  const below = `${text(0.5).split('\nExecution')[0] ?? ''}\nTime: 1.302 s\n  - planning: 2.905 ms\n  - execution: 1.297 s\n    - I/O read: N/A\n`;
  expect(read(below)).toMatchObject({ planningMs: 2.905, executionMs: 1297 });
});

it('names a copied page of explain.depesz.com, whose table has lost the tree', () => {
  const page = `# exclusive inclusive rows x rows loops node\n1. 0.004 9.771 ↑ 1.9 26 1\n\nLimit  ${numbers(9.7)}\n\n2. 9.767 9.767 ↑ 4.4 26 1\n\nSeq Scan on t  ${numbers(9.6)}\n\n  • Filter: (a > 5)\n`;
  expect(() => read(page)).toThrow(/explain\.depesz\.com.*Give the plan itself/);
});

it('reads the counts and times of a pipeline of MongoDB in canonical Extended JSON, and those of a driver', () => {
  const stages = (long: (value: number) => unknown): string =>
    JSON.stringify({
      stages: [
        {
          $cursor: {
            queryPlanner: { namespace: 'shop.orders', winningPlan: { stage: 'COLLSCAN' } },
            executionStats: {
              nReturned: 1000,
              executionTimeMillis: 950,
              executionStages: { stage: 'COLLSCAN', nReturned: 1000, executionTimeMillisEstimate: 38, docsExamined: 50_000 },
            },
          },
          nReturned: long(1000),
          executionTimeMillisEstimate: long(45),
        },
        { $lookup: { from: 'campaign' }, nReturned: long(1000), executionTimeMillisEstimate: long(940) },
      ],
      serverInfo: { version: '5.0.3' },
      ok: 1,
    });
  for (const long of [(value: number) => ({ $numberLong: String(value) }), (value: number) => ({ low: value, high: 0, unsigned: false })]) {
    const plan = read(stages(long));
    expect(plan.dominant).toMatchObject({ nodeType: '$lookup', selfMs: 902 });
    expect(plan.nodes[0]).toMatchObject({ rows: 1000, inclusiveMs: 940 });
  }
});

it('takes no change that hands on no rows for an estimate that was wrong', () => {
  const change = [
    'Update on t  (cost=1.00..2.00 rows=5000 width=6) (actual time=30.000..30.000 rows=0 loops=1)',
    '  ->  Seq Scan on t  (cost=1.00..2.00 rows=5000 width=6) (actual time=0.010..9.000 rows=5000 loops=1)',
  ];
  expect(findings(read(change.join('\n')))).toEqual([]);
});

it('tells how much of a pipeline lies in stages that an older MongoDB does not measure', () => {
  const executionStages = { stage: 'COLLSCAN', nReturned: 1000, executionTimeMillisEstimate: 38, docsExamined: 1000 };
  const cursor = (executionTimeMillis: number): object => ({
    queryPlanner: { namespace: 's.o', winningPlan: { stage: 'COLLSCAN' } },
    executionStats: { nReturned: 1000, executionTimeMillis, executionStages },
  });
  const pipeline = (ms: number): PlanAnalysis =>
    read(JSON.stringify({ stages: [{ $cursor: cursor(ms) }, { $lookup: { from: 'c' } }, { $group: { _id: '$x' } }], ok: 1 }));
  const slow = pipeline(950);
  expect(slow.executionMs).toBe(950);
  expect(slow.nodes.map(({ nodeType, selfMs }) => [nodeType, selfMs])).toEqual([
    ['$group', 0],
    ['$lookup', 0],
    ['COLLSCAN', 38],
  ]);
  expect(slow.findings).toEqual([
    expect.objectContaining({ id: 'unattributed', text: expect.stringMatching(/912 ms of 950 ms.*\$lookup, \$group/) as string }),
  ]);
  expect(findings(pipeline(40))).toEqual([]);
});
