import { engineTraits } from '../../../engines/registry.js';
import type { Threshold } from '../../rule.js';
import { scanDocument } from '../../../evidence/kinds/query-scan.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import type { PlanNode, StatementScan, TableFacts } from '../../../model/database.js';
import { count, excerpt, percent, plural } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { minimumShare, nothing, type Candidate, type Rule, type RuleContext } from '../../rule.js';
import { partOfDatabase } from './avoidable-work.js';
import { citeStatement, dominantNode, operatorOf, planPattern, plannedCases, selfShare, type StatementCase } from './database.js';

const thresholds = {
  misestimate: {
    value: 100,
    unit: 'times',
    source: 'An estimate a hundred times off chooses plans by accident; below that, good plans survive (classes of pev2: 10, 100, 1000).',
  },
  selfShare: { value: 0.3, unit: 'of the plan', source: 'A node with less than a third of the time is not where a bad plan hurts.' },
  bulk: {
    value: 0.1,
    unit: 'of the table',
    source: 'Reading a tenth of a table by an index costs about as much as all of it (random_page_cost 4 and some pages twice).',
  },
  modified: {
    value: 0.2,
    unit: 'of the rows',
    source: 'autovacuum_analyze_scale_factor is 0.1: twice that was missed by one run at least.',
  },
} as const satisfies Record<string, Threshold>;

export const staleStatistics: Rule = {
  id: 'stale-statistics',
  requires: [databasesDocument, scanDocument],
  thresholds,
  evaluate: (context) => ({ ...nothing, causes: plannedCases(context, minimumShare).flatMap((entry) => judge(context, entry)) }),
};

function judge(context: RuleContext, entry: StatementCase): Candidate[] {
  const { scan } = entry;
  if (scan?.plan?.analyzed !== true) return [];
  const dominant = dominantNode(scan);
  if (dominant === null || selfShare(scan, dominant) < thresholds.selfShare.value) return [];
  for (const node of scan.plan.nodes) {
    const table = scan.tables.find((each) => each.relation === node.relation);
    if (table !== undefined && isUnderestimated(node) && isStale(table) && isMisled(scan, node, table, dominant))
      return [describe(context, entry, scan, node, table, dominant)];
  }
  return [];
}

/**
 * A wrong estimate matters only if it made the planner choose badly: an inner side that is gone through again for every unexpected row, an index for a
 * large part of the table, too little memory for a hash or a sort. A scan that would be the same with the right number is slow for another reason.
 */
function isMisled(scan: StatementScan, node: PlanNode, table: TableFacts, dominant: PlanNode): boolean {
  const above = ancestors(scan, node);
  const loop = above.find((each) => operatorOf(scan, each) === 'nested-loop');
  const isRepeated =
    loop !== undefined && (dominant.id === loop.id || (dominant.loops >= thresholds.misestimate.value && isBelow(scan, dominant, loop)));
  const isBulkByIndex =
    dominant.id === node.id &&
    operatorOf(scan, node) !== 'full-scan' &&
    node.rows >= thresholds.bulk.value * Math.max(1, table.estimatedRows);
  const isSpilling = dominant.spilledKb > 0 && above.some((each) => each.id === dominant.id);
  return isRepeated || isBulkByIndex || isSpilling;
}

function ancestors(scan: StatementScan, node: PlanNode): PlanNode[] {
  const nodes = new Map((scan.plan?.nodes ?? []).map((each) => [each.id, each]));
  const path: PlanNode[] = [];
  for (let at = node.parentId; at !== null;) {
    const parent = nodes.get(at);
    if (parent === undefined || path.includes(parent)) break;
    path.push(parent);
    at = parent.parentId;
  }
  return path;
}

function isBelow(scan: StatementScan, node: PlanNode, ancestor: PlanNode): boolean {
  return ancestors(scan, node).some((each) => each.id === ancestor.id);
}

/** Only under-estimates count. Over-estimates below a LIMIT, a semi-join or a merge join are early stops. */
function isUnderestimated(node: PlanNode): boolean {
  return node.loops > 0 && node.rows >= thresholds.misestimate.value * Math.max(1, node.rowsEstimated);
}

function isStale(table: TableFacts): boolean {
  return table.lastAnalyzedAt === null || table.modifiedSinceAnalyze > thresholds.modified.value * Math.max(1, table.estimatedRows);
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
      statement: excerpt(entry.statement.text),
      queryId: entry.statement.queryId,
      database: entry.database.name,
      relation: table.relation,
      planNode: node.nodeType,
    },
    share: entry.share,
    ...assured(context, planPattern(scan)),
    summary: `The planner expected ${plural(node.rowsEstimated, 'row')} from ${table.relation} and got ${count(node.rows)}, with ${plural(table.modifiedSinceAnalyze, 'row')} modified since ${table.lastAnalyzedAt ?? 'ever (never analyzed)'}; the plan it chose spends ${percent(selfShare(scan, dominant))} in ${dominant.nodeType}.`,
    evidence: citeStatement(context, entry),
    remedy: {
      kind: 'analyze-table',
      statement: engineTraits(entry.database.kind).remedies.renewStatistics(table),
      ...expectedGain(context, { database: partOfDatabase(context, entry, [selfShare(scan, dominant), selfShare(scan, dominant)]) }),
    },
  };
}
