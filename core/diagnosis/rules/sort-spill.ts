import type { PlanNode, StatementScan } from '../../model/database.js';
import { expectedGain, minimumShare, ms, percent, nothing, type Candidate, type Rule, type RuleContext } from '../rule.js';
import { citeStatement, planConfidence, plannedCases, selfShare, type StatementCase } from './database.js';

export const sortSpill: Rule = {
  id: 'sort-spill',
  evaluate: (context) => ({ ...nothing, causes: plannedCases(context, minimumShare).flatMap((entry) => judge(context, entry)) }),
};

/** A spill alone proves nothing (temporary files stay in the page cache): the spilling node must also hold the plan's time. */
function judge(context: RuleContext, entry: StatementCase): Candidate[] {
  const { scan } = entry;
  if (scan?.plan?.analyzed !== true) return [];
  const node = scan.plan.nodes.filter((each) => each.spilledKb > 0).sort((a, b) => b.selfMs - a.selfMs)[0];
  if (node === undefined || selfShare(scan, node) < 0.35) return [];
  return [describe(context, entry, scan, node)];
}

function describe(context: RuleContext, entry: StatementCase, scan: StatementScan, node: PlanNode): Candidate {
  const share = entry.share * selfShare(scan, node);
  return {
    id: 'sort-spill',
    component: 'database query',
    location: {
      statement: entry.statement.text.slice(0, 500),
      queryId: entry.statement.queryId,
      planNode: node.nodeType,
      ...(node.relation === null ? {} : { relation: node.relation }),
    },
    share,
    confidence: planConfidence(context, scan),
    summary: `${node.nodeType} spills ${node.spilledKb} kB to disk and takes ${ms(node.selfMs)} itself, ${percent(selfShare(scan, node))} of a statement that takes ${percent(entry.share)} of the mean latency.`,
    evidence: citeStatement(context, entry),
    remedy: {
      kind: 'configuration',
      statement: `Give this statement memory for ${node.spilledKb} kB (SET LOCAL work_mem for its role or transaction), or an index that delivers the order, or fewer rows to sort.`,
      expected: expectedGain(context, share),
      basis: 'estimated',
    },
    explains: ['pool-exhausted', 'capacity', 'row-volume'],
  };
}
