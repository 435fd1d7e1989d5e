import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planDocument, readQueryPlan } from '../../../core/database/plan/plan.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { PlanNode, QueryPlan } from '../../../core/model/database.js';

const folder = new URL('../../../fixtures/plans/', import.meta.url);
const fixtures = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const plan = (name: string): QueryPlan => readQueryPlan(read(name));

function theNode(from: QueryPlan, wanted: (node: PlanNode) => boolean): PlanNode {
  const found = from.nodes.filter(wanted);
  expect(found).toHaveLength(1);
  return found[0] ?? expect.fail('no such node');
}

const kinds = (from: QueryPlan): string[] => from.findings.map((finding) => finding.id);

describe('self times of real plans of PostgreSQL 14, 16 and 18', () => {
  it.each(fixtures.filter((name) => !name.startsWith('estimate-only')))('%s: they add up to the root and none is negative', (name) => {
    const { nodes, findings } = plan(name);
    const root = nodes[0]?.inclusiveMs ?? 0;
    const sum = nodes.reduce((total, node) => total + node.selfMs, 0);
    expect(root).toBeGreaterThan(0);
    expect(sum / root).toBeGreaterThan(0.99);
    expect(sum / root).toBeLessThan(1.01);
    expect(nodes.filter((node) => node.selfMs < 0)).toEqual([]);
    expect(findings.map((finding) => finding.id)).not.toContain('unattributed');
  });

  it('covers three server versions', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(45);
  });
});

describe('what a plan is charged with', () => {
  it('charges a CTE once although two scans read it', () => {
    const read = plan('cte-read-twice-18.json');
    const scans = read.nodes.filter((node) => node.nodeType === 'CTE Scan');
    expect(scans).toHaveLength(2);
    const heaviest = read.nodes.find((node) => node.id === read.dominant?.id);
    expect(heaviest?.nodeType).not.toBe('CTE Scan');
  });

  it('charges an InitPlan that workers wait for to the Gather above them', () => {
    // Aggregate → (Aggregate = InitPlan 1 → …) and (Gather → Aggregate → Seq Scan).
    const { nodes } = plan('initplan-under-gather-18.json');
    const [root, initPlan] = nodes;
    const gather = nodes.filter((node) => node.nodeType === 'Gather' && node.parentId === root?.id)[0];
    const partial = nodes.find((node) => node.parentId === gather?.id);
    const waited = (gather?.inclusiveMs ?? 0) - (partial?.inclusiveMs ?? 0) - (initPlan?.inclusiveMs ?? 0);
    expect(initPlan?.inclusiveMs).toBeGreaterThan(10);
    expect(gather?.selfMs).toBeCloseTo(waited, 6);
  });

  it('names the inner side of a loop that runs a thousand times', () => {
    const read = plan('nested-loop-many-18.json');
    const inner = theNode(read, (node) => node.relation === 'sales');
    expect(inner.loops).toBe(5000);
    expect(read.findings).toContainEqual(expect.objectContaining({ id: 'many-loops', node: inner.id }));
  });

  it('gives a node that was never executed no time and no misestimate', () => {
    const read = plan('never-executed-18.json');
    const idle = read.nodes.filter((node) => node.loops === 0);
    expect(idle.length).toBeGreaterThan(0);
    expect(idle.map((node) => node.selfMs)).toEqual(idle.map(() => 0));
    expect(read.findings.filter((finding) => finding.id === 'misestimate' && idle.some((node) => node.id === finding.node))).toEqual([]);
  });

  it('finds a sort that spills, with its kilobytes', () => {
    const read = plan('sort-spill-16.json');
    const sort = theNode(read, (node) => node.nodeType === 'Sort');
    expect(sort.spilledKb).toBeGreaterThan(10_000);
    expect(sort.sortMethod).toBe('external merge');
    expect(read.findings).toContainEqual(expect.objectContaining({ id: 'spill', node: sort.id }));
  });

  it('counts what the whole plan reads and writes of temporary files, in either form', () => {
    const { tempBlocks } = plan('sort-spill-18.json');
    expect(tempBlocks).toBeGreaterThan(2000);
    expect(plan('initplan-many-18.json').tempBlocks ?? 0).toBe(0);
    const text = `Sort  (cost=9.00..9.10 rows=10 width=8) (actual time=8.1..8.2 rows=10 loops=1)
  Buffers: shared hit=7, temp read=30 written=40
  ->  Seq Scan on sales  (cost=0.00..1.00 rows=10 width=8) (actual time=0.1..0.2 rows=10 loops=1)
        Buffers: shared hit=4 read=1
Planning:
  Buffers: shared hit=999
Execution Time: 9.000 ms`;
    expect(readQueryPlan(text)).toMatchObject({
      tempBlocks: 70,
      nodes: [{ sharedHitBlocks: 7 }, { sharedHitBlocks: 4, sharedReadBlocks: 1 }],
    });
  });

  it('finds a hash that spills and a bitmap that turned lossy', () => {
    expect(kinds(plan('hash-spill-14.json'))).toContain('spill');
    expect(kinds(plan('parallel-bitmap-16.json'))).toContain('lossy-bitmap');
  });

  it('counts the rows of a scan that the join above has no use for', () => {
    const scan = theNode(plan('parallel-hash-join-18.json'), (node) => node.relation === 'sales');
    expect(scan.rowsUnmatched).toBe(0);
    const narrow = readQueryPlan(
      read('parallel-hash-join-18.json')
        .replace(/"Node Type": "Hash Join",/, '$& "Replaced": true,')
        .replace(/("Node Type": "Hash Join"[^}]*?"Actual Rows": )[\d.]+/, '$17'),
    );
    expect(theNode(narrow, (node) => node.relation === 'sales').rowsUnmatched).toBeCloseTo(99_993, 0);
  });

  it('reads rows removed by a filter per loop, with the filter', () => {
    const read = plan('initplan-many-14.json');
    const scan = theNode(read, (node) => node.relation === 'customers' && node.rowsRemovedByFilter > 0);
    expect(scan).toMatchObject({ nodeType: 'Seq Scan', rows: 2500, rowsRemovedByFilter: 2500, loops: 1 });
  });

  it('names the node with the highest own cost when there are only estimates', () => {
    const read = plan('estimate-only-16.json');
    expect(read).toMatchObject({ analyzed: false, executionMs: null, dominant: { nodeType: 'Seq Scan', relation: 'sales', selfMs: 0 } });
    expect(kinds(read)).toEqual(['not-analyzed']);
  });
});

describe('forms in which a plan arrives', () => {
  const json = read('sort-spill-18.json');
  const expected = plan('sort-spill-18.json');
  const psql = [
    '                  QUERY PLAN',
    '-----------------------------',
    ...json
      .trim()
      .split('\n')
      .map((line) => ` ${line.padEnd(70)}+`),
    '(1 row)',
    '',
  ].join('\n');
  const first = JSON.stringify((JSON.parse(json) as unknown[])[0], null, 2);

  it.each([
    ['an array', json],
    ['a single object', first],
    ['a table printed by psql', psql],
    ['rows of a driver', JSON.stringify([{ 'QUERY PLAN': JSON.parse(json) as unknown }])],
    ['rows of a driver with text', JSON.stringify({ rows: [{ 'QUERY PLAN': json }] })],
    [
      'a server log with auto_explain',
      `2026-01-01 00:00:00 UTC [7] LOG:  duration: 12.3 ms  plan:\n\t${first.replaceAll('\n', '\n\t')}\n2026-01-01 00:00:01 UTC [7] LOG:  checkpoint\n`,
    ],
    ['a line of the JSON log', JSON.stringify({ timestamp: 't', message: `duration: 12.3 ms  plan:\n${first}` })],
  ])('%s', (_name, text) => {
    expect(readQueryPlan(text)).toEqual(expected);
  });

  it('the text format, with the same nodes, times and rows', () => {
    const text = readFileSync(new URL('parallel-hash-join-18.txt', folder), 'utf8');
    const read = readQueryPlan(text);
    const sum = read.nodes.reduce((total, node) => total + node.selfMs, 0);
    expect(read.format).toBe('postgres-text');
    expect(read.nodes.map((node) => node.nodeType)).toEqual(plan('parallel-hash-join-18.json').nodes.map((node) => node.nodeType));
    expect(sum / (read.nodes[0]?.inclusiveMs ?? 0)).toBeCloseTo(1, 2);
    expect(theNode(read, (node) => node.relation === 'sales')).toMatchObject({ nodeType: 'Seq Scan', alias: 's', loops: 3, rows: 100_000 });
    expect(read.executionMs).toBeGreaterThan(0);
  });

  it.each(['', 'SELECT 1', '{"Plan": {"Node Type": 7}}', '{"a": 1}', '[{"Plan": '])('refuses %j and says what was expected', (text) => {
    expect(() => readQueryPlan(text)).toThrow(UnreadableInputError);
    expect(() => readQueryPlan(text)).toThrow(/EXPLAIN/);
  });

  it('tells JSON that was cut off, and a nesting that no planner makes', () => {
    const text = read('sort-spill-16.json');
    expect(() => readQueryPlan(text.slice(0, text.length / 2))).toThrow(/JSON that ends before it is complete/);
    const deep = `${'{"Node Type":"Limit","Plans":['.repeat(5000)}{"Node Type":"Result"}${']}'.repeat(5000)}`;
    expect(() => readQueryPlan(`[{"Plan":${deep}}]`)).toThrow(UnreadableInputError);
  });

  it('prints the document of the command line with its keys only', () => {
    const analysis = planDocument(readQueryPlan(json));
    expect(Object.keys(analysis)).toEqual(['format', 'executionMs', 'planningMs', 'nodes', 'dominant', 'findings']);
    expect(Object.keys(analysis.nodes[0] ?? {})).toEqual([
      'id',
      'parentId',
      'nodeType',
      'relation',
      'selfMs',
      'inclusiveMs',
      'loops',
      'rows',
      'rowsEstimated',
    ]);
  });
});
