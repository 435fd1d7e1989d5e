import { describe, expect, it } from 'vitest';
import { closestPlan, isUnlike, middleOffset, withoutAccidents } from '../../../core/database/plan-choice.js';
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
/** What writes as much for each call as the page in the middle, on a machine that is five times as crowded. */
const deep = statement({ calls: 100, tempBlocks: 100 * 4000, meanExecMs: 800, rowsPerCall: 20 });
const shallow = statement({ calls: 100, tempBlocks: 0, meanExecMs: 150, rowsPerCall: 20 });

describe('the plan of what was slow', () => {
  const executed = [first, middle].map((plan) => ({ plan: { plan, executed: true } }));

  it('writes temporary files as the window did', () => {
    expect(closestPlan(executed, deep)?.plan.plan).toBe(middle);
    expect(closestPlan(executed, shallow)?.plan.plan).toBe(first);
  });

  it('is none that writes ten times more or less than the window', () => {
    expect([isUnlike(first, deep), isUnlike(middle, shallow)]).toEqual([true, true]);
    expect([isUnlike(first, shallow), isUnlike(middle, deep)]).toEqual([false, false]);
  });

  it('is not judged by files where it was not executed', () => {
    expect(isUnlike({ ...first, analyzed: false }, deep)).toBe(false);
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
