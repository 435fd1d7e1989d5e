import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { PlanNode, StatementScan } from '../../../../core/model/database.js';
import { captures, database, nodeProcess, peer, scanOf, sockets, statement } from '../captures.js';

const delta = statement();

function causesOf(scan: StatementScan, delta = statement()): ReturnType<typeof diagnose> {
  const activity = { queryId: delta.queryId, text: delta.text, sessions: 9.5, waitClasses: [] };
  const main = database({ active: 9.5, statements: [delta] });
  if (main.activity !== null) main.activity.byStatement = [activity];
  return diagnose(
    captures({
      service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('database', 15)], inside: 5 }), missing: [] },
      databases: [main],
      scans: [{ database: 'main', serverVersion: '18.0', statements: [scan], missing: [] }],
    }),
  );
}

function node(overrides: Partial<PlanNode>): PlanNode {
  const [base] = scanOf(delta).plan?.nodes ?? [];
  if (base === undefined) throw new Error('the example plan has no node');
  return { ...base, rowsRemovedByFilter: 0, ...overrides };
}

/** Nothing but the plan of `nodes`, of a table with 200 000 rows of which 60 000 came after it was analysed. */
function stale(nodes: PlanNode[], dominantId: number): StatementScan {
  const scan = scanOf(delta);
  const dominant = nodes.find((each) => each.id === dominantId);
  if (scan.plan === null || dominant === undefined) throw new Error('the example has no such node');
  const { id, nodeType, relation, selfMs } = dominant;
  return {
    ...scan,
    plan: { ...scan.plan, nodes, dominant: { id, nodeType, relation, selfMs } },
    tables: scan.tables.map((table) => ({ ...table, modifiedSinceAnalyze: 60_000 })),
  };
}

/** The calls of the window wrote as much to temporary files as the plan does. */
function spilledInWindow(scan: StatementScan): StatementScan {
  const spilledKb = (scan.plan?.nodes ?? []).reduce((sum, each) => sum + each.spilledKb, 0);
  return { ...scan, statement: { ...scan.statement, tempBlocks: (scan.statement.calls * spilledKb) / 8 } };
}

/** Where the time goes is certain, and no class of defect is shown. */
const placeOnly = ['expensive-query'];

describe('statistics that are out of date', () => {
  it('are the cause when a loop goes through its inner side once for every row that the planner did not expect', () => {
    const loop = node({ id: 1, nodeType: 'Nested Loop', relation: null, selfMs: 30, rows: 1300 });
    const outer = node({ id: 2, parentId: 1, nodeType: 'Index Scan', rows: 1300, rowsEstimated: 1, selfMs: 1 });
    const inner = node({
      id: 3,
      parentId: 1,
      nodeType: 'Index Scan',
      relation: 'labels',
      loops: 1300,
      rows: 1,
      rowsEstimated: 1,
      selfMs: 9,
    });
    expect(causesOf(stale([loop, outer, inner], 1)).causes[0]).toMatchObject({ id: 'stale-statistics', location: { relation: 'visits' } });
  });

  it('are not, however wrong, where the plan would be the same with the right number', () => {
    const scan = node({ nodeType: 'Seq Scan', rows: 1200, rowsEstimated: 3, rowsRemovedByFilter: 200_000, selfMs: 40 });
    expect(causesOf(stale([scan], 1)).causes.map((cause) => cause.id)).toEqual(['missing-index']);
  });
});

describe('a sort that spills', () => {
  const spilling = (withoutSpill: StatementScan['withoutSpill']): StatementScan => {
    const sort = node({ nodeType: 'Sort', relation: null, filter: null, rows: 40_000, spilledKb: 2000, selfMs: 30 });
    return spilledInWindow({ ...stale([sort], 1), candidates: [], ...(withoutSpill === undefined ? {} : { withoutSpill }) });
  };

  it('is the cause when the same statement is much quicker in memory', () => {
    const [cause] = causesOf(spilling({ workMemKb: 32_768, executionMs: 12, spilledMs: 40 })).causes;
    expect(cause).toMatchObject({ id: 'sort-spill', location: { planNode: 'Sort' } });
    expect(cause?.summary).toContain('40.0 ms with the spill and 12.0 ms with 32 MB');
  });

  it('is no cause when memory would save little, and the reason is told', () => {
    const result = causesOf(spilling({ workMemKb: 32_768, executionMs: 36, spilledMs: 40 }));
    expect(result.causes.map(({ id }) => id)).toEqual(placeOnly);
    expect(result.ruledOut.find((row) => row.id === 'sort-spill')?.reason).toContain('36.0 ms instead of 40.0 ms');
  });

  it('is no cause when only this plan spills: the service has other values or other memory, which are missing', () => {
    const scan = spilling({ workMemKb: 32_768, executionMs: 12, spilledMs: 40 });
    const result = causesOf({ ...scan, statement: { ...scan.statement, tempBlocks: 0 } });
    expect(result.causes.map(({ id }) => id)).toEqual(placeOnly);
    expect(result.missingEvidence.find((row) => row.id === 'plan-of-window')?.why).toContain(
      'reads and writes 500 blocks of temporary files',
    );
  });

  it('is no cause when that was not measured', () => {
    const result = causesOf(spilling(undefined));
    expect(result.causes.map(({ id }) => id)).toEqual(placeOnly);
    expect(result.ruledOut.map(({ id }) => id)).not.toContain('sort-spill');
  });
});

describe('a plan that was not executed', () => {
  const hidden = { kind: 'function-on-column', predicate: `date_trunc('day', at) = $1`, relation: 'visits', column: 'at' };
  const estimated = (nodes: PlanNode[]): StatementScan => {
    const scan = stale(nodes, 2);
    if (scan.plan === null) throw new Error('the example has no plan');
    const plan = { ...scan.plan, analyzed: false, executionMs: null };
    return { ...scan, planSource: 'explain', plan, candidates: [], nonSargable: [{ ...hidden, rewrite: null, indexStatement: null }] };
  };
  const wholeIndex = node({
    id: 2,
    parentId: 1,
    nodeType: 'Index Only Scan',
    index: 'visits_at',
    rows: 0,
    rowsEstimated: 500,
    loops: 0,
    selfMs: 0,
  });
  const above = (nodeType: string): PlanNode => node({ id: 1, nodeType, relation: null, filter: null, loops: 0, selfMs: 0 });

  it('reads everything where an index is read without a condition', () => {
    const [cause] = causesOf(estimated([above('Aggregate'), wholeIndex])).causes;
    expect(cause).toMatchObject({ id: 'non-sargable-predicate', location: { relation: 'visits', columns: ['at'] } });
  });

  it('does not where the index has a condition, or gives an order that a LIMIT stops', () => {
    const byCondition = { ...wholeIndex, condition: '(device_id = 5)' };
    expect(causesOf(estimated([above('Aggregate'), byCondition])).causes.map(({ id }) => id)).toEqual(placeOnly);
    expect(causesOf(estimated([above('Limit'), wholeIndex])).causes.map(({ id }) => id)).toEqual(placeOnly);
  });
});

describe('an index that a partitioned table misses', () => {
  it('is to be built on every part, and not by the responder', () => {
    const scan = scanOf(delta);
    const [cause] = causesOf({ ...scan, tables: scan.tables.map((table) => ({ ...table, partitions: 12 })) }).causes;
    expect(cause).toMatchObject({ id: 'missing-index', location: { relation: 'visits' }, remedy: { kind: 'runbook' } });
    expect(cause?.remedy.statement).toMatch(/on each of the 12 partitions.*: CREATE INDEX "visits_device_id_idx" ON/);
  });
});

describe('an expression index that a partitioned table misses', () => {
  it('is to be built on every part, too', () => {
    const scan = scanOf(delta);
    const indexStatement = 'CREATE INDEX CONCURRENTLY "visits_lower_idx" ON "public"."visits" ((lower(device)))';
    const hidden = { kind: 'function-on-column', predicate: 'lower(device) = $1', relation: 'visits', column: 'device', rewrite: null };
    const tables = scan.tables.map((table) => ({ ...table, partitions: 12 }));
    const [cause] = causesOf({ ...scan, tables, candidates: [], nonSargable: [{ ...hidden, indexStatement }] }).causes;
    expect(cause).toMatchObject({ id: 'non-sargable-predicate', remedy: { kind: 'runbook' } });
    expect(cause?.remedy.statement).toMatch(/on each of the 12 partitions.*: CREATE INDEX "visits_lower_idx"/);
  });
});

describe('ORDER BY with a LIMIT and no index in that order', () => {
  const candidate = (columns: string[], stopsEarly: boolean): StatementScan['candidates'] =>
    scanOf(delta).candidates.map((each) => ({ ...each, columns, stopsEarly }));
  const limit = node({ id: 1, nodeType: 'Limit', relation: null, rows: 20, selfMs: 0 });
  const gather = node({ id: 2, parentId: 1, nodeType: 'Gather Merge', relation: null, rows: 20, selfMs: 1 });
  const sort = node({ id: 3, parentId: 2, nodeType: 'Sort', relation: null, rows: 20, loops: 3, selfMs: 20 });
  const scan = node({ id: 4, parentId: 3, rows: 60_000, loops: 3, rowsRemovedByFilter: 5000, selfMs: 19 });
  const scanWith = (nodes: PlanNode[], stopsEarly = true): StatementScan => ({
    ...stale(nodes, 3),
    candidates: candidate(['seen_at'], stopsEarly),
  });

  it('is a missing index, although no filter drops the rows that are read and sorted', () => {
    const [cause] = causesOf(scanWith([limit, gather, sort, scan])).causes;
    expect(cause).toMatchObject({ id: 'missing-index', location: { relation: 'visits', columns: ['seen_at'] } });
    expect(cause?.summary).toContain('Sort read and order 195 000 rows per execution for the first 60');
  });

  it('is none where the index would not end the scan early', () => {
    expect(causesOf(scanWith([limit, gather, sort, scan], false)).causes.map(({ id }) => id)).toEqual(placeOnly);
  });

  it('is none where a deep page needs most of the rows anyway', () => {
    expect(causesOf(scanWith([limit, gather, { ...sort, rows: 50_000 }, scan])).causes.map(({ id }) => id)).toEqual(placeOnly);
  });

  it('needs memory rather than an index where the sort spills, unless memory was seen to bring little', () => {
    const spilling = (withoutSpillMs: number | null): StatementScan =>
      spilledInWindow({
        ...scanWith([limit, gather, { ...sort, spilledKb: 9000 }, { ...scan, rowsEstimated: scan.rows }]),
        ...(withoutSpillMs === null ? {} : { withoutSpill: { workMemKb: 32_768, executionMs: withoutSpillMs, spilledMs: 40 } }),
      });
    const named = (withoutSpillMs: number | null): string[] => causesOf(spilling(withoutSpillMs)).causes.map(({ id }) => id);
    expect(named(null)).not.toContain('missing-index');
    expect(named(12)).toEqual(['sort-spill']);
    expect(named(38)).toContain('missing-index');
  });

  it('is none where the rows are grouped before they are ordered', () => {
    const group = node({ id: 5, parentId: 3, nodeType: 'HashAggregate', relation: null, rows: 60_000, loops: 3, selfMs: 1 });
    expect(causesOf(scanWith([limit, gather, sort, group, { ...scan, parentId: 5 }])).causes.map(({ id }) => id)).toEqual(placeOnly);
  });
});

describe('a statement that returns many rows', () => {
  const wide = statement({ rowsPerCall: 700, rows: 700 * delta.calls });
  const scanOfAll = node({ id: 2, parentId: 1, rows: 60_000, loops: 2, selfMs: 10 });

  it('is too many rows where it returns what it reads', () => {
    const [cause] = causesOf({ ...stale([node({ rows: 700 })], 1), candidates: [] }, wide).causes;
    expect(cause).toMatchObject({ id: 'row-volume' });
  });

  it('is not where it groups many times more rows than it returns', () => {
    const group = node({ nodeType: 'HashAggregate', relation: null, rows: 700, selfMs: 30 });
    expect(causesOf({ ...stale([group, scanOfAll], 1), candidates: [] }, wide).causes.map(({ id }) => id)).toEqual(placeOnly);
  });
});

describe('a plan that was executed with other values than the service has', () => {
  const reading = (blocks: number, executionMs = 40): StatementScan => {
    const scan = scanOf({ ...delta, sharedHitBlocks: delta.calls * 4000 });
    if (scan.plan === null) throw new Error('the example has no plan');
    return { ...scan, plan: { ...scan.plan, executionMs, nodes: scan.plan.nodes.map((each) => ({ ...each, sharedHitBlocks: blocks })) } };
  };

  it('bears no claim when it reads a tenth of what the calls read, and the values are missing', () => {
    const result = causesOf(reading(300));
    expect(result.causes.map(({ id }) => id)).toEqual(placeOnly);
    expect(result.missingEvidence.map((row) => row.id)).toContain('plan-of-window');
  });

  it('bears none when nothing was run of it', () => {
    expect(causesOf(reading(0, 0.01)).causes.map(({ id }) => id)).toEqual(placeOnly);
  });

  it('bears one when it reads as much, or when its blocks were not counted', () => {
    expect(causesOf(reading(3500)).causes[0]?.id).toBe('missing-index');
    expect(causesOf(reading(0)).causes[0]?.id).toBe('missing-index');
  });
});

describe('an index that a join misses', () => {
  const scanned = node({ rows: 60_000, rowsUnmatched: 59_900, rowsEstimated: 60_000, selfMs: 40 });
  const confidenceWith = (valuesGuessed: boolean, scan = scanned): number =>
    causesOf({ ...stale([scan], scan.id), valuesGuessed }).causes.find(({ id }) => id === 'missing-index')?.confidence ?? 0;

  it('is less sure where the values are guessed: with others the rows may find their partners', () => {
    expect(confidenceWith(false)).toBeGreaterThan(0.85);
    expect(confidenceWith(true)).toBeLessThan(confidenceWith(false));
    expect(confidenceWith(true)).toBeGreaterThan(0.4);
  });

  it('is as sure where its own filter drops the rows', () => {
    const filtered = { ...scanned, rows: 100, rowsUnmatched: 0, rowsRemovedByFilter: 59_900 };
    expect(confidenceWith(true, filtered)).toBeGreaterThan(0.85);
  });
});
