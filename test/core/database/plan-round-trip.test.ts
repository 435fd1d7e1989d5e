import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQueryPlan } from '../../../core/database/plan/plan.js';
import type { QueryPlan } from '../../../core/model/database.js';
import { documentOf, printers, randomPlan, type PrintedNode } from '../../support/random-plans.js';
import { wrappings } from '../../support/plan-wrappings.js';

/** Everything of a node that every format tells. Self times differ by the rounding of what is printed. */
function nodesOf({ nodes }: QueryPlan): unknown[] {
  return nodes.map(
    ({
      id,
      parentId,
      nodeType,
      relation,
      alias,
      index,
      loops,
      rows,
      rowsEstimated,
      condition,
      filter,
      sortMethod,
      spilledKb,
      selfMs,
      inclusiveMs,
    }) => {
      const times = [selfMs, inclusiveMs].map((time) => Number(time.toFixed(6)));
      return {
        id,
        parentId,
        nodeType,
        relation,
        alias,
        index,
        loops,
        rows,
        rowsEstimated,
        condition,
        filter,
        sortMethod,
        spilledKb,
        times,
      };
    },
  );
}

const count = (node: PrintedNode): number => node.children.reduce((sum, child) => sum + count(child), 1);
const formats = Object.entries(printers);

describe('random plans, printed and read back', () => {
  it.each(Object.entries(wrappings))('in every format, wrapped in %s', (name, wrap) => {
    fc.assert(
      fc.property(randomPlan, fc.constantFrom(...formats), (plan, [format, print]) => {
        // A page in which a plan in XML stands is told from one whose text is XML by its escapes alone.
        const read = readQueryPlan(wrap(print(plan)));
        const expected = readQueryPlan(JSON.stringify(documentOf(plan)));
        expect(expected.nodes).toHaveLength(count(plan));
        expect(read.format).toBe(`postgres-${format}`);
        expect(nodesOf(read)).toEqual(nodesOf(expected));
        expect(read.executionMs).toBe(99999.5);
      }),
      { numRuns: 40, seed: name.length },
    );
  });

  it('takes in all as long as the root, and nothing less than no time', () => {
    fc.assert(
      fc.property(randomPlan, (plan) => {
        const { nodes, findings } = readQueryPlan(JSON.stringify(documentOf(plan)));
        const total = nodes.reduce((sum, { selfMs }) => sum + selfMs, 0);
        expect(total).toBeCloseTo(nodes[0]?.inclusiveMs ?? -1, 6);
        expect(Math.min(...nodes.map(({ selfMs }) => selfMs))).toBeGreaterThanOrEqual(0);
        expect(findings.map(({ id }) => id)).not.toContain('unattributed');
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});
