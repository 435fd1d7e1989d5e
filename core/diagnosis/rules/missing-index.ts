import type { IndexCandidate, PlanNode, StatementScan } from '../../model/database.js';
import {
  expectedGain,
  minimumShare,
  ms,
  percent,
  verdictOut,
  nothing,
  type Candidate,
  type Rule,
  type RuleContext,
  type RuleVerdict,
} from '../rule.js';
import {
  citeStatement,
  dominantNode,
  looksLikeFullScan,
  planConfidence,
  plannedCases,
  readsTooMuch,
  rowsDropped,
  selfShare,
  type StatementCase,
} from './database.js';

export const missingIndex: Rule = { id: 'missing-index', evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const cases = plannedCases(context, minimumShare);
  const causes = cases.flatMap((entry) => judge(context, entry));
  const seen = cases[0];
  if (causes.length > 0 || seen === undefined) return { ...nothing, causes };
  return verdictOut(
    'missing-index',
    'the plan of the heaviest statement throws no large number of rows away, or no index would fit its predicates',
    citeStatement(context, seen),
  );
}

/** The node that dominates reads far more rows than it keeps, and a btree on its sargable predicates would find them directly. */
function judge(context: RuleContext, entry: StatementCase): Candidate[] {
  const { scan } = entry;
  if (scan === null) return [];
  const node = wastefulNode(scan);
  if (node === null) return [];
  const candidate = scan.candidates.find((each) => each.relation === node.relation) ?? null;
  if (candidate === null || hidesExistingIndex(scan, node)) return [];
  return [describe(context, entry, scan, node, candidate)];
}

/** The dominant node itself, or the scan below it that drops the rows (a bitmap heap scan recheck, the inner side of a loop). */
function wastefulNode(scan: StatementScan): PlanNode | null {
  const dominant = dominantNode(scan);
  const isWasteful = (node: PlanNode): boolean => readsTooMuch(node) || looksLikeFullScan(scan, node);
  if (dominant !== null && isWasteful(dominant)) return dominant;
  const others = (scan.plan?.nodes ?? []).filter((node) => node.relation !== null && isWasteful(node) && selfShare(scan, node) >= 0.3);
  return others.sort((a, b) => b.selfMs - a.selfMs)[0] ?? null;
}

/** When a predicate on an already indexed column cannot use its index, that predicate is the cause, not the absence of an index. */
function hidesExistingIndex(scan: StatementScan, node: PlanNode): boolean {
  const table = scan.tables.find((each) => each.relation === node.relation);
  return scan.nonSargable.some(
    (predicate) =>
      predicate.relation === node.relation && table?.indexes.some((index) => index.valid && index.columns[0] === predicate.column) === true,
  );
}

function describe(context: RuleContext, entry: StatementCase, scan: StatementScan, node: PlanNode, candidate: IndexCandidate): Candidate {
  const share = entry.share * Math.max(selfShare(scan, node), 0.5);
  const where = `${candidate.relation} (${candidate.columns.join(', ')})`;
  const work =
    scan.plan?.analyzed === true
      ? `reads and drops ${rowsDropped(node)} rows an execution (self ${ms(node.selfMs)}, ${percent(selfShare(scan, node))} of the plan)`
      : 'scans the whole table by its estimate';
  const estimate =
    candidate.estimate === null
      ? ''
      : `; planner cost ${candidate.estimate.costBefore.toFixed(0)} → ${candidate.estimate.costAfter.toFixed(0)} with the index simulated`;
  return {
    id: 'missing-index',
    component: 'database query',
    location: {
      statement: entry.statement.text.slice(0, 500),
      queryId: entry.statement.queryId,
      database: entry.database.name,
      relation: candidate.relation,
      columns: candidate.columns,
      planNode: node.nodeType,
    },
    share,
    confidence: planConfidence(context, scan),
    summary: `No index serves ${where}: ${node.nodeType} on ${node.relation ?? candidate.relation} ${work}, in a statement that takes ${percent(entry.statement.timeShare)} of the database's time and ${percent(entry.share)} of the mean latency.`,
    evidence: citeStatement(context, entry),
    remedy: { ...remedyOf(scan, candidate), expected: `${expectedGain(context, share)}${estimate}`, basis: 'estimated' },
    explains: ['pool-exhausted', 'row-volume', 'capacity', 'hot-function', 'cpu-starved'],
  };
}

/** A partitioned table gets no index concurrently: only its parts do, one after the other, and the index of the whole then takes theirs over. */
function remedyOf(scan: StatementScan, candidate: IndexCandidate): Pick<Candidate['remedy'], 'kind' | 'statement'> {
  const table = scan.tables.find((each) => each.relation === candidate.relation && each.schema === candidate.schema);
  if (table?.partitions === undefined) return { kind: 'create-index', statement: candidate.statement };
  return {
    kind: 'runbook',
    statement: `Create the index of ${candidate.relation} (${candidate.columns.join(', ')}) CONCURRENTLY on each of its ${table.partitions} partitions, and then, which takes them over: ${candidate.statement.replace(' CONCURRENTLY', '')}`,
  };
}
