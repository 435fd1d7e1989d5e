import { scanDocument } from '../../../evidence/kinds/query-scan.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import type { IndexCandidate, PlanNode, StatementScan } from '../../../model/database.js';
import { differenceToWindow } from '../../../database/plan/plan-choice.js';
import type { MissingEvidence } from '../../../model/observation.js';
import { count, excerpt, ms, percent, plural } from '../../figures.js';
import { expectedGain, withAdvice } from '../../forecast/expected-gain.js';
import { minimumShare, disproved, nothing, type Candidate, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import {
  citeStatement,
  dominantNode,
  dropsMost,
  indexRemedy,
  looksLikeFullScan,
  operatorOf,
  planPattern,
  plannedCases,
  planThresholds,
  readsTooMuch,
  rowsDropped,
  rowsKept,
  rowsRead,
  selfShare,
  shareWithGathering,
  statementCases,
  type StatementCase,
} from './database.js';
import { withoutDropped } from './avoidable-work.js';
import { harmOf, trialsText } from './index-trials.js';
import { gainOf } from './sort-spill.js';

export const missingIndex: Rule = { id: 'missing-index', requires: [databasesDocument, scanDocument], thresholds: {}, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const cases = plannedCases(context, minimumShare);
  const causes = cases.flatMap((entry) => judge(context, entry));
  const missing = otherPlans(context);
  const seen = cases[0];
  if (causes.length > 0 || seen === undefined) return { ...nothing, causes, missing };
  const kept = whyNoIndex(seen);
  return kept === null ? { ...nothing, missing } : { ...disproved('missing-index', kept, citeStatement(context, seen)), missing };
}

/** Null when rows are thrown away and no candidate for an index was found: that excludes nothing. */
function whyNoIndex({ scan }: StatementCase): string | null {
  if (scan?.plan?.analyzed !== true || filteredAway(scan) !== null || sortedAway(scan) !== null) return null;
  return `${mostDropped(scan.plan.nodes)} (an index could save work where ${count(planThresholds.many.value)} rows or more are dropped, and ${planThresholds.dropped.value} for each kept)`;
}

/**
 * Names the limit that is not reached: the rows that are dropped, or those dropped for each that is kept. If both are reached, another node holds the time.
 */
function mostDropped(nodes: readonly PlanNode[]): string {
  const most = [...nodes].sort((a, b) => rowsDropped(b) - rowsDropped(a))[0];
  const dropped = most === undefined ? 0 : rowsDropped(most);
  if (most === undefined || dropped === 0) return 'the plan of the heaviest statement drops no row that it read';
  if (dropped < planThresholds.many.value) return `the plan of the heaviest statement drops only ${plural(dropped, 'row')} at a node`;
  const kept = rowsKept(most);
  return dropsMost(dropped, kept)
    ? `the node of the heaviest statement's plan that drops most rows (${count(dropped)}) holds little of its time`
    : `the node of the heaviest statement's plan that drops most rows drops ${count(dropped)} and keeps ${count(kept)}`;
}

/** Heavy statements whose plan is not the one that was slow. Only the service knows the values that make them slow. */
function otherPlans(context: RuleContext): MissingEvidence[] {
  return statementCases(context).flatMap(({ share, scan, statement, database }) => {
    const difference = share < minimumShare || scan?.plan == null ? null : differenceToWindow(scan.plan, scan.statement);
    if (difference === null) return [];
    return [
      {
        id: 'plan-of-window',
        what: `a plan of statement ${statement.queryId} of ${database.name} with the values that make it slow`,
        why: `the plan that could be had (${scan?.planNote ?? 'its values are not known'}) is another one: ${difference}, at ${ms(statement.meanExecMs)} each`,
        remedy:
          "explain it with the values of a slow request and as the service's own role, whose memory may differ: log them (auto_explain.log_min_duration with log_analyze, or log_min_duration_statement), and give the plan with triage --plan FILE",
      },
    ];
  });
}

/** Work of a plan that an index would save, and where. */
interface Waste {
  node: PlanNode;
  /** 0..1 of the plan. */
  share: number;
  work: string;
}

/** The node that dominates reads far more rows than it keeps. A btree on its sargable predicates, or in the wanted order, would find them directly. */
function judge(context: RuleContext, entry: StatementCase): Candidate[] {
  const { scan } = entry;
  if (scan === null) return [];
  const waste = filteredAway(scan) ?? (needsMemory(entry, scan) ? null : sortedAway(scan));
  if (waste === null) return [];
  const candidate = scan.candidates.find((each) => each.relation === waste.node.relation && !isGamble(scan, each)) ?? null;
  if (candidate === null || hidesExistingIndex(scan, waste.node)) return [];
  return [describe(context, entry, scan, waste, candidate)];
}

/**
 * An index in the wanted order does not contain what the pattern asks for. It stops early for a value with many matches, and reads the whole table row by
 * row for one with fewer matches than the LIMIT. Measured on 200 000 rows: 100 to 8 ms for a common word, 103 to 237 ms for one without a match.
 */
export function isGamble(scan: StatementScan, candidate: IndexCandidate): boolean {
  const isSlowerNow = candidate.tried?.some(({ values, isSlower }) => values === 'plan' && isSlower === true) === true;
  if (isSlowerNow) return true;
  return (
    candidate.stopsEarly === true &&
    scan.nonSargable.some(({ relation, predicate }) => relation === candidate.relation && /\bI?LIKE\b|~~/i.test(predicate))
  );
}

/** The dominant node itself, or the scan below it that drops the rows (the recheck of a bitmap heap scan, the inner side of a loop). */
function filteredAway(scan: StatementScan): Waste | null {
  const node = wastefulNode(scan);
  if (node === null) return null;
  const share = shareWithGathering(scan, node);
  const work =
    scan.plan?.analyzed === true
      ? `reads and drops ${plural(rowsDropped(node), 'row')} per execution (self ${ms(node.selfMs)}, ${percent(share)} of the plan with what gathers its rows)`
      : 'scans the whole table by its estimate';
  return { node, share, work };
}

function wastefulNode(scan: StatementScan): PlanNode | null {
  const dominant = dominantNode(scan);
  const isWasteful = (node: PlanNode): boolean => readsTooMuch(node) || looksLikeFullScan(scan, node);
  if (dominant !== null && isWasteful(dominant)) return dominant;
  const others = (scan.plan?.nodes ?? []).filter(
    (node) => node.relation !== null && isWasteful(node) && selfShare(scan, node) >= planThresholds.part.value,
  );
  return others.sort((a, b) => b.selfMs - a.selfMs)[0] ?? null;
}

/** ORDER BY with a LIMIT and no index in that order: all rows are read and sorted, and all but the first few are dropped without a filter. */
function sortedAway(scan: StatementScan): Waste | null {
  for (const sort of scan.plan?.analyzed === true ? scan.plan.nodes : []) {
    const node = operatorOf(scan, sort) === 'sort' ? sortedScan(scan, sort) : null;
    if (node === null || !scan.candidates.some((each) => each.relation === node.relation && each.stopsEarly === true)) continue;
    const share = selfShare(scan, sort) + selfShare(scan, node);
    const [read, kept] = [rowsRead(node), sort.rows * sort.loops];
    if (share < planThresholds.part.value || !dropsMost(read - inOrder(node, kept), inOrder(node, kept))) continue;
    const work = `and ${sort.nodeType} read and order ${plural(Math.round(read), 'row')} per execution for the first ${count(kept)} (self ${ms(node.selfMs + sort.selfMs)}, ${percent(share)} of the plan)`;
    return { node, share, work };
  }
  return null;
}

/** If the sort spills, memory is the nearer remedy, unless a measurement showed that it brings little. */
function needsMemory(entry: StatementCase, scan: StatementScan): boolean {
  const spills = scan.plan?.nodes.some((node) => node.spilledKb > 0) === true;
  return spills && entry.share * (gainOf(scan) ?? 1) >= minimumShare;
}

/** How many rows a scan in the wanted order would have to read until this many pass its filter. */
function inOrder(node: PlanNode, kept: number): number {
  const passed = node.rows * Math.max(1, node.loops);
  return passed > 0 ? (kept * rowsRead(node)) / passed : kept;
}

/**
 * The scan whose rows a sort orders, if nothing else happens to them in between. A join, a grouping or a filter there needs all of its input, whatever the
 * order.
 */
function sortedScan(scan: StatementScan, sort: PlanNode): PlanNode | null {
  const nodes = scan.plan?.nodes ?? [];
  for (let at: PlanNode | undefined = sort; at !== undefined;) {
    const below: PlanNode | undefined = nodes.find((node) => node.parentId === at?.id);
    if (below === undefined || below.relation !== null) return below ?? null;
    at = operatorOf(scan, below) === 'hand-on' ? below : undefined;
  }
  return null;
}

/** If a predicate on a column with an index cannot use that index, the predicate is the cause, not a missing index. */
function hidesExistingIndex(scan: StatementScan, node: PlanNode): boolean {
  const table = scan.tables.find((each) => each.relation === node.relation);
  return scan.nonSargable.some(
    (predicate) =>
      predicate.relation === node.relation && table?.indexes.some((index) => index.valid && index.columns[0] === predicate.column) === true,
  );
}

function describe(context: RuleContext, entry: StatementCase, scan: StatementScan, waste: Waste, candidate: IndexCandidate): Candidate {
  const { node, work } = waste;
  const share = entry.share * waste.share;
  const where = `${candidate.relation} (${candidate.columns.join(', ')})`;
  const isGuess = restsOnGuess(scan, node);
  const doubt = isGuess ? ' The plan is for values from the statistics: with those of the service more rows may find a partner.' : '';
  const estimate =
    candidate.estimate === null
      ? ''
      : `planner cost ${count(candidate.estimate.costBefore)} → ${count(candidate.estimate.costAfter)} with the index simulated`;
  return {
    id: 'missing-index',
    component: 'database query',
    location: {
      statement: excerpt(entry.statement.text),
      queryId: entry.statement.queryId,
      database: entry.database.name,
      relation: candidate.relation,
      columns: candidate.columns,
      planNode: node.nodeType,
    },
    share,
    ...assured(context, isGuess || harmOf(candidate) !== null ? 'plan-estimated' : planPattern(scan)),
    summary: `No index serves ${where}: ${node.nodeType} on ${node.relation ?? candidate.relation} ${work}, in a statement that takes ${percent(entry.statement.timeShare)} of the database's time and ${percent(entry.share)} of the mean latency.${doubt}${trialsText(candidate)}`,
    evidence: citeStatement(context, entry),
    remedy: {
      ...indexRemedy(scan, candidate.relation, candidate.statement),
      ...withAdvice(
        expectedGain(context, { database: withoutDropped(context, entry, { node, ofPlan: waste.share, estimate: candidate.estimate }) }),
        estimate,
      ),
    },
  };
}

/** Its own filter drops few rows and the join above drops them, for values that are not the service's. */
function restsOnGuess(scan: StatementScan, node: PlanNode): boolean {
  return scan.valuesGuessed === true && scan.plan?.analyzed === true && readsTooMuch(node) && !readsTooMuch({ ...node, rowsUnmatched: 0 });
}
