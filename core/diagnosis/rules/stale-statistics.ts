import type { PlanNode, StatementScan, TableFacts } from '../../model/database.js';
import { expectedGain, minimumShare, percent, nothing, type Candidate, type Rule, type RuleContext } from '../rule.js';
import { citeStatement, dominantNode, planConfidence, plannedCases, selfShare, type StatementCase } from './database.js';

/** An estimate a hundred times off chooses plans by accident; below that, good plans survive (classes of pev2: 10, 100, 1000). */
const misestimate = 100;

export const staleStatistics: Rule = {
  id: 'stale-statistics',
  evaluate: (context) => ({ ...nothing, causes: plannedCases(context, minimumShare).flatMap((entry) => judge(context, entry)) }),
};

function judge(context: RuleContext, entry: StatementCase): Candidate[] {
  const { scan } = entry;
  if (scan?.plan?.analyzed !== true) return [];
  const dominant = dominantNode(scan);
  if (dominant === null || selfShare(scan, dominant) < 0.3) return [];
  for (const node of scan.plan.nodes) {
    const table = scan.tables.find((each) => each.relation === node.relation);
    if (table !== undefined && isUnderestimated(node) && isStale(table)) return [describe(context, entry, scan, node, table, dominant)];
  }
  return [];
}

/** Only under-estimates count: over-estimates below a LIMIT, a semi-join or a merge join are early stops. */
function isUnderestimated(node: PlanNode): boolean {
  return node.loops > 0 && node.rows >= misestimate * Math.max(1, node.rowsEstimated);
}

function isStale(table: TableFacts): boolean {
  return table.lastAnalyzedAt === null || table.modifiedSinceAnalyze > 0.2 * Math.max(1, table.estimatedRows);
}

function describe(
  context: RuleContext,
  entry: StatementCase,
  scan: StatementScan,
  node: PlanNode,
  table: TableFacts,
  dominant: PlanNode,
): Candidate {
  return {
    id: 'stale-statistics',
    component: 'database query',
    location: {
      statement: entry.statement.text.slice(0, 500),
      queryId: entry.statement.queryId,
      relation: table.relation,
      planNode: node.nodeType,
    },
    share: entry.share,
    confidence: planConfidence(context, scan) * 0.95,
    summary: `The planner expected ${node.rowsEstimated} rows from ${table.relation} and got ${node.rows}, with ${table.modifiedSinceAnalyze} rows modified since ${table.lastAnalyzedAt ?? 'ever (never analyzed)'}; the plan it chose spends ${percent(selfShare(scan, dominant))} in ${dominant.nodeType}.`,
    evidence: citeStatement(context, entry),
    remedy: {
      kind: 'analyze-table',
      statement: `ANALYZE "${table.schema}"."${table.relation}"`,
      expected: expectedGain(context, entry.share),
      basis: 'estimated',
    },
    explains: ['missing-index', 'sort-spill', 'pool-exhausted', 'row-volume', 'capacity', 'hot-function'],
  };
}
