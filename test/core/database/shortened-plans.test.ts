import { expect, it } from 'vitest';
import { planDocument, readQueryPlan } from '../../../core/database/plan/plan.js';
import type { PlanAnalysis } from '../../../core/database/plan/plan.js';

const read = (text: string): PlanAnalysis => planDocument(readQueryPlan(text));
const findings = (plan: PlanAnalysis): string[] => plan.findings.map(({ id }) => id);

const node = (title: string, totalMs: number, loops = 1): string =>
  `${title}  (cost=1.00..2.00 rows=10 width=4) (actual time=0.010..${totalMs.toFixed(3)} rows=10 loops=${loops})`;
const json = (relation: string, totalMs: number): string =>
  JSON.stringify(
    [
      {
        Plan: {
          'Node Type': 'Seq Scan',
          'Relation Name': relation,
          'Total Cost': 2,
          'Actual Total Time': totalMs,
          'Actual Rows': 10,
          'Actual Loops': 1,
        },
        'Execution Time': totalMs,
      },
    ],
    null,
    2,
  );

it('reads a plan in text that stands beside one in JSON: the slower one is told, and that there are two', () => {
  const both = (textMs: number, jsonMs: number): string =>
    `Before:\n\`\`\`\n${node('Seq Scan on orders', textMs)}\nExecution Time: ${textMs.toFixed(3)} ms\n\`\`\`\nAfter:\n\`\`\`json\n${json('events', jsonMs)}\n\`\`\`\n`;
  const slowText = read(both(950, 5));
  expect(slowText).toMatchObject({ format: 'postgres-text', executionMs: 950, dominant: { relation: 'orders' } });
  expect(findings(slowText)).toContain('several-plans');
  const slowJson = read(both(5, 950));
  expect(slowJson).toMatchObject({ format: 'postgres-json', executionMs: 950, dominant: { relation: 'events' } });
  expect(findings(slowJson)).toContain('several-plans');
});

it('takes the times of the server below a plan, and not what its reader wrote further down in the same words', () => {
  const plan = read(
    `${node('Seq Scan on t', 2.5)}\nPlanning Time: 0.190 ms\nExecution Time: 2.529 ms\n\`\`\`\n\nPlanning time: 9 ms\nExecution time: 0.4 ms with the index\n`,
  );
  expect(plan).toMatchObject({ executionMs: 2.529, planningMs: 0.19 });
});

it('reads plans that stand in block comments, the first line behind the mark', () => {
  const comment = (table: string, totalMs: number): string =>
    `\t/*${node('Gather', totalMs)}\n\t  Workers Planned: 2\n\t  Workers Launched: 2\n\t  ->  ${node(`Parallel Seq Scan on ${table}`, totalMs - 1, 3)}\n\tExecution Time: ${totalMs.toFixed(3)} ms*/\n`;
  const plan = read(
    `explain analyze select 1\n${comment('tickets', 900)}\n-- with an index\nexplain analyze select 1\n${comment('flights', 20)}`,
  );
  expect(plan).toMatchObject({ executionMs: 900, dominant: { relation: 'tickets' } });
  expect(plan.nodes.map(({ nodeType, parentId }) => [nodeType, parentId])).toEqual([
    ['Gather', null],
    ['Seq Scan', 0],
  ]);
  expect(findings(plan)).toContain('several-plans');
});

it.each(['...', '…', '[...]', '... 20 more branches like this one ...', '->  ...'])(
  'refuses a plan whose author left nodes out, which would count as the time of the node above: %s',
  (mark) => {
    const lines = [
      node('Nested Loop', 980),
      `  ->  ${node('Seq Scan on a', 5)}`,
      `  ${mark}`,
      `  ->  ${node('Index Scan using b_pkey on b', 0.02, 10)}`,
    ];
    expect(() => read(lines.join('\n'))).toThrow(/A part of a plan would be told as the whole/);
  },
);

it('reads a plan behind which dots say that more follows in the page, and a condition that begins with dots', () => {
  expect(read(`${node('Index Scan using p on t', 2.8)}\n  Index Cond: (id = 9)\n...\n`).nodes).toHaveLength(1);
  expect(read(`${node('Index Scan using p on t', 2.8)}\n  Filter: ((a > 1) AND\n   ... AND (b > 2))\n`).nodes).toHaveLength(1);
});

it('refuses a plan of PostgreSQL where only some nodes have times', () => {
  const lines = [
    node('Hash Join', 1000),
    `  ->  ${node('Seq Scan on a', 5)}`,
    '  ->  Hash  (cost=1.00..2.00 rows=1 width=4)',
    '        ->  Seq Scan on b  (cost=1.00..2.00 rows=1 width=4)',
  ];
  expect(() => read(lines.join('\n'))).toThrow(
    /Expected measurements at every node.*"(?:Hash|Seq Scan)".*has none: the plan was shortened by hand/,
  );
});

it('refuses a plan of MySQL where a table that is read has no numbers, and reads the steps that have none of their own', () => {
  const shortened = [
    '-> Nested loop left join  (cost=9 rows=9) (actual time=0.1..419 rows=9 loops=1)',
    '    -> Table scan on orders  (cost=9 rows=9) (actual time=0.1..19.1 rows=9 loops=1)',
    '    -> Index lookup on customers by customer_id',
  ];
  expect(() => read(shortened.join('\n'))).toThrow(/"Index lookup" on customers has none: the plan was shortened by hand/);
  const hashed = [
    '-> Inner hash join (b.id = a.id)  (cost=9 rows=9) (actual time=0.1..50 rows=9 loops=1)',
    '    -> Table scan on b  (cost=9 rows=9) (actual time=0.1..19 rows=9 loops=1)',
    '    -> Hash',
    '        -> Table scan on a  (cost=9 rows=9) (actual time=0.1..21 rows=9 loops=1)',
  ];
  expect(read(hashed.join('\n')).nodes.map(({ selfMs }) => selfMs)).toEqual([10, 19, 0, 21]);
});

it('reads what stands in place of estimates that somebody took out', () => {
  const plan = read('Index Scan using i on events  (...) (actual time=0.035..0.036 rows=1.00 loops=1)\n  Index Searches: 1\n');
  expect(plan.nodes[0]).toMatchObject({ nodeType: 'Index Scan', relation: 'events', selfMs: 0.036 });
});

it('reads roots that somebody wrote as in the statement', () => {
  const update = (table: string, totalMs: number): string =>
    `${node(`UPDATE on ${table}`, totalMs)}\n  ->  ${node(`Seq Scan on ${table}`, 1)}\nExecution Time: ${totalMs.toFixed(3)} ms\nTrigger for constraint c: time=0.100 calls=1\n`;
  const plan = read(`${update('products', 210)}\n\n${update('orders', 310)}`);
  expect(plan).toMatchObject({ executionMs: 310, dominant: { nodeType: 'ModifyTable', relation: 'orders' } });
  expect(findings(plan)).toContain('several-plans');
});

it('tells the time of a part of a plan for all its loops, as its nodes do', () => {
  const part = [`        ->  ${node('Memoize', 2.41, 12)}`, `              ->  ${node('Index Scan using b on brands', 2.335, 12)}`];
  const plan = read(part.join('\n'));
  expect(plan.executionMs).toBeCloseTo(28.92, 3);
  expect(plan.nodes.reduce((sum, { selfMs }) => sum + selfMs, 0)).toBeCloseTo(28.92, 3);
});

it('refuses a plan where a node counts its rows without a time, and others have one', () => {
  const lines = [node('Limit', 8300), '  ->  Index Scan using i on alerts  (cost=0.57..7.80 rows=39 width=52) (actual rows=50 loops=1)'];
  expect(() => read(lines.join('\n'))).toThrow(/"Index Scan" on alerts has none: the plan was shortened by hand/);
});

it('refuses a drawing of SQLite whose indentation was lost', () => {
  const lines = ['`--COMPOUND QUERY', '|--LEFT-MOST SUBQUERY', '|  `--SCAN a', '`--UNION ALL', '   `--SCAN b'];
  expect(() => read(lines.join('\n'))).toThrow(/"LEFT-MOST SUBQUERY" stands beside a step that was drawn as the last one/);
});

it('takes the JSON of MySQL 5.6, which has no costs yet, for one of MySQL and not of MariaDB', () => {
  const plan = (condition: string): string =>
    read(
      `EXPLAIN: {\n  "query_block": {\n    "select_id": 1,\n    "table": {\n      "table_name": "t1",\n      "access_type": "ALL",\n      "rows": 8,\n      "filtered": 75,\n      "attached_condition": "${condition}"\n    }\n  }\n}\n`,
    ).format;
  expect(plan('(`test`.`t1`.`a` > 1)')).toBe('mysql-json');
  expect(plan('t1.a > 1')).toBe('mariadb-json');
});
