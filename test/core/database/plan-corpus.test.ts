import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planDocument, readQueryPlan, type PlanAnalysis } from '../../../core/database/plan/plan.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { QueryPlan } from '../../../core/model/database.js';

const folder = new URL('../../../fixtures/plans/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const sample = (name: string): PlanAnalysis => planDocument(readQueryPlan(read(`samples/${name}`)));

/** Node type, relation, loops, and self time in milliseconds of every node. */
const told = ({ nodes }: PlanAnalysis): unknown[] => nodes.map((node) => [node.nodeType, node.relation, Number(node.selfMs.toFixed(1))]);

interface Expectation {
  executionMs?: number;
  /** As `told` gives it. */
  nodes?: [nodeType: string, relation: string | null, selfMs: number][];
  findings?: [id: string, words: RegExp][];
  refused?: RegExp;
}

const aggregate: Expectation = {
  executionMs: 3.15,
  nodes: [
    ['Aggregate', null, 1.6],
    ['Seq Scan', 't', 1.5],
  ],
};
const counted: Expectation = {
  executionMs: 950.301,
  nodes: [
    ['Aggregate', null, 51],
    ['Seq Scan', 'orders', 900],
  ],
};
const deleted: Expectation = {
  executionMs: 956,
  nodes: [
    ['ModifyTable', 'parent', 4],
    ['Seq Scan', 'parent', 1],
  ],
  findings: [['triggers', /950 ms of 956 ms/]],
};

/** What expected.json says in words. */
const expectations: Record<string, Expectation> = {
  'subplan-parent-silent.txt': {
    executionMs: 100.1,
    nodes: [
      ['Nested Loop', null, 3],
      ['Seq Scan', 'a', 2],
      ['Index Scan', 'b', 50],
      ['Aggregate', null, 1],
      ['Seq Scan', 'c', 44],
    ],
  },
  'docker-compose-log.txt': counted,
  'syslog.txt': counted,
  'sql-comment.sql': aggregate,
  'expanded-x.txt': aggregate,
  'flush-left.txt': { refused: /the indentation is lost \(line 2: "-> Seq Scan on a/ },
  'root-cte-scan.txt': {
    executionMs: 5.3,
    nodes: [
      ['CTE Scan', null, 3.3],
      ['Seq Scan', 't', 1.5],
    ],
  },
  'jit-in-worker.txt': {
    executionMs: 105,
    nodes: [
      ['Gather', null, 10],
      ['Hash Join', null, 17],
      ['Seq Scan', 'a', 70],
      ['Hash', null, 0.5],
      ['Seq Scan', 'b', 2.5],
    ],
  },
  'workers-without-loops.json': {
    executionMs: 905,
    nodes: [
      ['Gather Merge', null, 500],
      ['Sort', null, 300],
      ['Seq Scan', 't', 100],
    ],
  },
  'wrapped.txt': {
    executionMs: 9.616,
    nodes: [
      ['Sort', null, 7.1],
      ['Seq Scan', 't', 2.4],
    ],
  },
  'mysql-tree.txt': {
    executionMs: 0.14,
    nodes: [
      ['Limit', null, 0],
      ['Nested loop inner join', null, 0],
      ['Table scan', 't1', 0.1],
      ['Single-row index lookup', 't2', 0.1],
    ],
  },
  'two-plans-log.txt': { executionMs: 950.301, nodes: [['Seq Scan', 'orders', 950]], findings: [['several-plans', /2 plans/]] },
  'bitmap-in-loop-parallel.txt': {
    executionMs: 401,
    nodes: [
      ['Gather', null, 10],
      ['Nested Loop', null, 5],
      ['Seq Scan', 'a', 10],
      ['Bitmap Heap Scan', 'b', 50],
      ['Bitmap Index Scan', null, 325],
    ],
  },
  'child-beyond-parent.txt': {
    executionMs: 7923.77,
    nodes: [
      ['Limit', null, 0.7],
      ['Aggregate', null, 0],
      ['Gather Merge', null, 357.7],
      ['Aggregate', null, 64.5],
      ['Seq Scan', 'lineitem', 7500.1],
    ],
  },
  'worker-sort.txt': {
    executionMs: 125,
    nodes: [
      ['Gather Merge', null, 25],
      ['Sort', null, 75],
      ['Seq Scan', 't', 20],
    ],
    findings: [['spill', /4 096 kB/]],
  },
  'triggers.txt': deleted,
  'triggers.json': deleted,
  'unread-modifying-cte.txt': {
    executionMs: 601,
    nodes: [
      ['Seq Scan', 't', 100],
      ['ModifyTable', 'log', 453],
      ['Seq Scan', 'src', 47],
    ],
    findings: [['after-root', /runs for 500 ms after the root, whose 100 ms do not hold it/]],
  },
  'function-scan.txt': {
    executionMs: 9.1,
    nodes: [
      ['Hash Join', null, 3],
      ['Seq Scan', 'orders', 6],
      ['Hash', null, 0],
      ['Function Scan', null, 0],
    ],
  },
  'serialization.json': { executionMs: 902.9, nodes: [['Seq Scan', 't', 1.5]], findings: [['serialization', /takes 900 ms of 903 ms/]] },
  'old-total-runtime.txt': { ...aggregate, executionMs: 13.15 },
  'pgadmin-quoted.txt': aggregate,
  'border2.txt': aggregate,
  'dbeaver.txt': aggregate,
  'csvlog-json-plan.csv': { executionMs: 950.034, nodes: [['Seq Scan', 'orders', 950]] },
  'heroku-raw-newline.log': { executionMs: 2334.085, nodes: [['Index Scan', 'pgbench_accounts', 2334]] },
  'rows-of-text.json': aggregate,
  'costs-off.txt': { refused: /Run EXPLAIN \(ANALYZE, VERBOSE, BUFFERS, FORMAT JSON\)/ },
};

describe('plans as people bring them', () => {
  const listed = (JSON.parse(read('samples/expected.json')) as { file: string }[]).map(({ file }) => file);

  it('expects something of every sample', () => {
    expect(Object.keys(expectations).sort()).toEqual([...listed].sort());
  });

  it.each(listed)('%s', (name) => {
    const { refused, nodes, findings, executionMs } = expectations[name] ?? expect.fail('no expectation');
    if (refused !== undefined) {
      expect(() => sample(name)).toThrow(UnreadableInputError);
      expect(() => sample(name)).toThrow(refused);
      return;
    }
    const analysis = sample(name);
    if (nodes !== undefined) expect(told(analysis)).toEqual(nodes);
    if (executionMs !== undefined) expect(analysis.executionMs).toBe(executionMs);
    for (const [id, words] of findings ?? []) {
      expect(analysis.findings).toContainEqual(expect.objectContaining({ id, text: expect.stringMatching(words) as string }));
    }
  });
});

function addsUp({ nodes, findings }: QueryPlan): void {
  const total = nodes.reduce((sum, node) => sum + node.selfMs, 0);
  const root = nodes[0]?.inclusiveMs ?? 0;
  const isTold = findings.some(({ id }) => id === 'after-root' || id === 'unattributed');
  expect(nodes.filter(({ selfMs }) => selfMs < 0)).toEqual([]);
  if (!isTold) expect(Math.abs(total - root)).toBeLessThanOrEqual(0.01 * root);
}

describe('every style of psql', () => {
  const plans = ['text', 'json', 'yaml', 'xml'].flatMap((format) =>
    read(`psql-styles/${format}.txt`)
      .split(/^@@ /m)
      .slice(1)
      .map((part): [string, string] => [`${format}, ${part.slice(0, part.indexOf('\n'))}`, part.slice(part.indexOf('\n') + 1)]),
  );
  const plain = new Map(
    ['text', 'json', 'yaml', 'xml'].map((format) => [format, plans.find(([name]) => name === `${format}, unaligned`)?.[1] ?? '']),
  );

  it('covers borders, line styles, wrapping, expanded display and the other formats', () => {
    expect(plans.length).toBeGreaterThan(100);
  });

  it.each(plans)('%s', (name, text) => {
    const expected = readQueryPlan(plain.get(name.split(',')[0] ?? '') ?? '');
    expect(expected.nodes.length).toBeGreaterThan(1);
    expect(readQueryPlan(text)).toEqual(expected);
  });
});

describe('one statement in the four formats of PostgreSQL 15 and 18', () => {
  const names = readdirSync(new URL('formats/', folder)).filter((name) => name.endsWith('.json'));
  const shape = (name: string): unknown[] =>
    readQueryPlan(read(`formats/${name}`)).nodes.map(
      ({ id, parentId, nodeType, relation, alias, index, filter, condition, rowsEstimated }) => {
        return { id, parentId, nodeType, relation, alias, index, filter, condition, rowsEstimated };
      },
    );

  it.each(names)('%s and its text, YAML and XML hold the same tree', (name) => {
    const expected = shape(name);
    for (const format of ['text', 'yaml', 'xml']) expect(shape(name.replace('json', format))).toEqual(expected);
    for (const format of ['json', 'text', 'yaml', 'xml']) addsUp(readQueryPlan(read(`formats/${name.replace('json', format)}`)));
  });
});

describe('logs of auto_explain', () => {
  it.each(['auto-explain-15', 'auto-explain-18'])(
    '%s: standard error, CSV and JSON tell the same, with eight plans in four formats',
    (name) => {
      const [log, csv, json] = ['log', 'csv', 'json'].map((ending) => readQueryPlan(read(`logs/${name}.${ending}`)));
      expect(log?.nodes).toHaveLength(7);
      expect(log?.executionMs).toBeGreaterThan(log?.nodes[0]?.inclusiveMs ?? Infinity);
      expect(log?.findings).toContainEqual(
        expect.objectContaining({ id: 'several-plans', text: expect.stringContaining('8 plans') as string }),
      );
      expect(csv).toEqual(log);
      expect(json).toEqual(log);
      addsUp(log ?? expect.fail());
    },
  );
});
