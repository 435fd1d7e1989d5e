import { describe, expect, it } from 'vitest';
import { closestPlan, differenceToWindow, middleOffset, withoutAccidents } from '../../../core/database/plan/plan-choice.js';
import type { PlanNode, QueryPlan } from '../../../core/model/database.js';
import { scanOf, statement } from '../diagnosis/captures.js';

/** A page of 20 rows out of a sort. */
function page(executionMs: number, spilledKb: number): QueryPlan {
  const { plan } = scanOf(statement());
  const [scan] = plan?.nodes ?? [];
  if (plan === null || scan === undefined) return expect.fail('the example has no plan');
  const limit: PlanNode = { ...scan, id: 1, nodeType: 'Limit', relation: null, rows: 20, rowsEstimated: 20 };
  const sort: PlanNode = { ...scan, id: 2, parentId: 1, nodeType: 'Sort', relation: null, rowsEstimated: 90_000, spilledKb };
  return { ...plan, executionMs, nodes: [limit, sort, { ...scan, id: 3, parentId: 2 }] };
}

const first = page(30, 0);
const middle = page(150, 16_000);
/** What writes as much for each call as the page in the middle, on a machine that is five times as busy. */
const deep = statement({ calls: 100, tempBlocks: 100 * 4000, meanExecMs: 800, rowsPerCall: 20 });
const shallow = statement({ calls: 100, tempBlocks: 0, meanExecMs: 150, rowsPerCall: 20 });

describe('the plan of what was slow', () => {
  const executed = [first, middle].map((plan) => ({ plan: { plan, executed: true } }));

  it('writes temporary files as the window did', () => {
    expect(closestPlan(executed, deep)?.plan.plan).toBe(middle);
    expect(closestPlan(executed, shallow)?.plan.plan).toBe(first);
  });

  it('is none that writes ten times more or less than the window', () => {
    expect(differenceToWindow(first, deep)).toContain('reads and writes 0 blocks of temporary files, the calls of the window 4 000');
    expect(differenceToWindow(middle, shallow)).toContain('reads and writes 4 000 blocks');
    expect([differenceToWindow(first, shallow), differenceToWindow(middle, deep)]).toEqual([null, null]);
  });

  it('is compared by what it did where that was counted: a sort in little memory goes over its files several times', () => {
    const often = { ...page(150, 1400), tempBlocks: 3500 };
    expect(differenceToWindow(often, deep)).toBeNull();
    expect(differenceToWindow({ ...often, tempBlocks: 300 }, deep)).toContain('300 blocks of temporary files');
  });

  it('is none that reads a tenth of what the calls read, and is preferred when it reads as much', () => {
    const reading = (blocks: number): QueryPlan => ({ ...first, nodes: first.nodes.map((node) => ({ ...node, sharedHitBlocks: blocks })) });
    const calls = { ...shallow, sharedHitBlocks: 100 * 4000 };
    expect(differenceToWindow(reading(300), calls)).toContain('reads 300 blocks, the calls of the window read 4 000');
    expect(differenceToWindow(reading(3000), calls)).toBeNull();
    const both = [reading(300), reading(3000)].map((plan) => ({ plan: { plan, executed: true } }));
    expect(closestPlan(both, calls)?.plan.plan.nodes[0]?.sharedHitBlocks).toBe(3000);
  });

  it('is not judged by what it did where it was not executed', () => {
    expect(differenceToWindow({ ...first, analyzed: false }, deep)).toBeNull();
  });

  it('tells where the middle of its pages is', () => {
    expect(middleOffset(first)).toBe(45_000);
    expect(middleOffset({ ...first, nodes: first.nodes.slice(1) })).toBeNull();
  });
});

it('forgets rows without a partner where the values of the plan matched hardly anything, unlike those of the window', () => {
  const joined = (rows: number): QueryPlan => {
    const plan = page(30, 0);
    return { ...plan, nodes: plan.nodes.map((node, index) => ({ ...node, rows: index === 0 ? rows : node.rows, rowsUnmatched: 50_000 })) };
  };
  const unmatched = (rows: number): (number | undefined)[] =>
    withoutAccidents(joined(rows), shallow).nodes.map((node) => node.rowsUnmatched);
  expect(unmatched(0)).toEqual([undefined, undefined, undefined]);
  expect(unmatched(12)).toEqual([50_000, 50_000, 50_000]);
});
