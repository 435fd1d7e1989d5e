import type { Operator } from '../../../engines/engine.js';
import { engineTraits, planOperator } from '../../../engines/registry.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { scanDocument } from '../../../evidence/kinds/query-scan.js';
import { fromSamples } from '../../../database/indexes/scan-choice.js';
import type { DatabaseObservation, PlanNode, StatementDelta, StatementScan } from '../../../model/database.js';
import { differenceToWindow } from '../../../database/plan/plan-choice.js';
import type { Remedy } from '../../../model/cause.js';
import { databaseWeight } from '../../account/attribution.js';
import { average, averageOf, ms, oneLine, percent, plural } from '../../figures.js';
import type { EvidencePattern } from '../../confidence.js';
import { cite, type RuleContext, type Threshold } from '../../rule.js';

/** A statement of the window with the database it ran in and, if the scan examined it, its plan. */
export interface StatementCase {
  database: DatabaseObservation;
  statement: StatementDelta;
  scan: StatementScan | null;
  callsPerRequest: number;
  rowsPerRequest: number;
  /** 0..1 of the mean latency: the database side × the statement's share of the execution time. */
  share: number;
}

export function statementCases(context: RuleContext): StatementCase[] {
  const scans = context.input.scans ?? [];
  return context.input.databases.flatMap((database) => {
    const requests = context.facts.requestRate * ((database.activity?.windowMs ?? context.input.load.durationMs ?? 0) / 1000);
    const ofDatabase = scans.find((scan) => scan.database === database.name)?.statements ?? [];
    const weight = databaseWeight(context, database);
    // Without counters, the sessions themselves show what they run, and for how much of the time.
    const seen = database.statements ?? fromSamples(database.activity);
    const ran = seen.filter((statement) => !isOfOthers(statement, database));
    const timeShares = ran.reduce((sum, statement) => sum + statement.timeShare, 0);
    const isPartial = ran.length < seen.length && timeShares > 0;
    return ran.map((statement) => ({
      database,
      statement,
      scan: ofDatabase.find((candidate) => candidate.statement.queryId === statement.queryId) ?? null,
      callsPerRequest: requests > 0 ? statement.calls / requests : 0,
      rowsPerRequest: requests > 0 ? statement.rows / requests : 0,
      share: context.sides.database * weight * (isPartial ? statement.timeShare / timeShares : statement.timeShare),
    }));
  });
}

/** If a statement should have been seen this often, the chance (Poisson) that all samples miss it is below one in a hundred. */
const surelySeen = 5;

/**
 * The server's counters include statements of other clients. A statement is theirs if only their sessions were seen running it although the service's would
 * have been seen, too. If nobody was seen running it, that says nothing: on a busy machine a sample waits for the CPU until the statement is done with it.
 */
function isOfOthers(statement: StatementDelta, { activity }: DatabaseObservation): boolean {
  if (activity?.service == null || activity.windowMs <= 0) return false;
  const ran = (list: readonly { queryId: string | null }[]): boolean => list.some((seen) => seen.queryId === statement.queryId);
  if (ran(activity.byStatement) || !ran(activity.others?.byStatement ?? [])) return false;
  return (statement.totalExecMs / activity.windowMs) * activity.ticks >= surelySeen;
}

/** Numbers that all rules on plans share. */
export const planThresholds = {
  waiting: {
    value: 0.5,
    unit: 'of the looks at a statement',
    source: 'What waits for locks in most of its looks is slow by their owner, whatever its plan.',
  },
  many: {
    value: 1000,
    unit: 'rows an execution',
    source: 'A thousand rows are read in about a tenth of a millisecond, with or without an index.',
  },
  dropped: {
    value: 4,
    unit: 'rows for each that is kept',
    source:
      'Where a fifth of the rows is kept, an index fetches each at random_page_cost 4, about what reading all of them in order costs.',
  },
  part: {
    value: 0.3,
    unit: 'of the plan',
    source: 'Without a node that holds less than about a third of the time, the statement stays about as slow as it is.',
  },
} as const satisfies Record<string, Threshold>;

/** Cases whose plan may be blamed: they hold enough time, they execute rather than wait for a lock, and the plan is the one of the window. */
export function plannedCases(context: RuleContext, minimum: number): StatementCase[] {
  return statementCases(context)
    .filter(
      (entry) =>
        entry.share >= minimum && entry.scan !== null && !isWaitingForLocks(entry.scan, entry.database.kind) && isOfWindow(entry.scan),
    )
    .sort((a, b) => b.share - a.share);
}

/** A plan that differs from what the window's calls did does not show what was slow. A plan that was not executed tells nothing either way. */
export function isOfWindow({ statement, plan }: StatementScan): boolean {
  return plan === null || differenceToWindow(plan, statement) === null;
}

export function isWaitingForLocks(scan: StatementScan, engine: string): boolean {
  const locks = scan.waitShares.find((entry) => engineTraits(engine).waitOf(entry.waitClass) === 'lock');
  return (locks?.share ?? 0) >= planThresholds.waiting.value;
}

/** The node with the largest self time. If the plan was not executed, the node with the largest estimated number of rows to read. */
export function dominantNode(scan: StatementScan): PlanNode | null {
  const { plan } = scan;
  if (plan === null) return null;
  return plan.nodes.find((node) => node.id === plan.dominant?.id) ?? null;
}

export function selfShare(scan: StatementScan, node: PlanNode): number {
  const total = scan.plan?.nodes.reduce((sum, each) => sum + each.selfMs, 0) ?? 0;
  return total > 0 ? node.selfMs / total : 1;
}

/** A node together with the nodes above it that only gather its rows from parallel workers. With little to read, no workers are started for it. */
export function shareWithGathering(scan: StatementScan, node: PlanNode): number {
  const nodes = new Map((scan.plan?.nodes ?? []).map((each) => [each.id, each]));
  let share = selfShare(scan, node);
  for (let above = nodes.get(node.parentId ?? -1); above !== undefined; above = nodes.get(above.parentId ?? -1))
    if (operatorOf(scan, above) === 'hand-on') share += selfShare(scan, above);
  return Math.min(1, share);
}

/** What a statement cost in the window: by the counters, or by the samples of the sessions that ran it. */
function costOf({ statement, database: { activity } }: StatementCase): string {
  if (statement.isSampled !== true)
    return `${plural(statement.calls, 'call')}, mean ${ms(statement.meanExecMs)}, ${percent(statement.timeShare)} of the database's execution time, ${averageOf(statement.rowsPerCall, 'row')} a call`;
  const sessions = statement.totalExecMs / Math.max(1, activity?.windowMs ?? 0);
  return `running in ${averageOf(sessions, 'session')} on average over ${plural(activity?.ticks ?? 0, 'look')}, ${percent(statement.timeShare)} of the active ones (calls are not counted without pg_stat_statements)`;
}

export function citeStatement(context: RuleContext, entry: StatementCase): string[] {
  const { statement, database, scan } = entry;
  const text = oneLine(statement.text);
  const delta = context.book.add(
    'database',
    `statement ${statement.queryId} on ${database.name}: ${costOf(entry)}: ${text}`,
    databasesDocument.name,
  );
  const node = scan === null ? null : dominantNode(scan);
  if (scan === null || node === null) return cite(delta, context.cited.accounting);
  // A plan that was not executed has no counts.
  const counted =
    scan.plan?.analyzed === true
      ? `self ${ms(node.selfMs)} of ${ms(scan.plan.executionMs ?? 0)}, ${averageOf(node.rowsRemovedByFilter, 'row')} removed and ${average(node.rows)} kept per loop, ${plural(node.loops, 'loop')}`
      : 'not executed';
  const plan = context.book.add(
    'plan',
    `plan of ${statement.queryId} (${scan.planSource}): dominant node ${node.nodeType}${node.relation === null ? '' : ` on ${node.relation}`}, ${counted}, ${plural(node.rowsEstimated, 'row')} estimated${memoryText(scan)}`,
    scanDocument.name,
  );
  return cite(delta, plan, context.cited.accounting);
}

function memoryText({ withoutSpill }: StatementScan): string {
  return withoutSpill === undefined || withoutSpill === null
    ? ''
    : `; ${ms(withoutSpill.spilledMs)} with the spill, ${ms(withoutSpill.executionMs)} without one in ${Math.ceil(withoutSpill.workMemKb / 1024)} MB of memory`;
}

export function planPattern({ plan, planSource }: StatementScan): EvidencePattern {
  return plan !== null && planSource === 'analyze' ? 'plan-executed' : 'plan-estimated';
}

/** Work thrown away per execution: rows that are read and dropped by the filter, or by the join above, which without its index has to read them all. */
export function rowsDropped(node: PlanNode): number {
  return (node.rowsRemovedByFilter + (node.rowsUnmatched ?? 0)) * Math.max(1, node.loops);
}

/** Rows of a scan over all its loops, before its filter. */
export function rowsRead(node: PlanNode): number {
  return (node.rows + node.rowsRemovedByFilter) * Math.max(1, node.loops);
}

/** Rows of a scan over all its loops that are used in the end. */
export function rowsKept(node: PlanNode): number {
  return Math.max(0, node.rows - (node.rowsUnmatched ?? 0)) * Math.max(1, node.loops);
}

export function readsTooMuch(node: PlanNode): boolean {
  return dropsMost(rowsDropped(node), rowsKept(node));
}

/** An index helps only if most of the rows read are thrown away, and if they are many in absolute terms. */
export function dropsMost(dropped: number, kept: number): boolean {
  return dropped >= planThresholds.many.value && dropped >= planThresholds.dropped.value * kept;
}

/** A scan of the whole table in a plan that was not executed. The size of the table is held against the estimated result. */
export function looksLikeFullScan(scan: StatementScan, node: PlanNode): boolean {
  if (scan.plan?.analyzed === true || !readsWholeTable(scan, node)) return false;
  const table = scan.tables.find((each) => each.relation === node.relation);
  if (table === undefined || node.filter === null) return false;
  const { many, dropped } = planThresholds;
  return table.estimatedRows >= many.value && (dropped.value + 1) * node.rowsEstimated <= table.estimatedRows;
}

/** What a node does, in neutral terms instead of its engine's. */
export function operatorOf({ plan }: StatementScan, node: PlanNode): Operator {
  return planOperator(plan?.format ?? '', node.nodeType);
}

/** An index that is read without a condition is read from end to end, like the table, unless it gives the order and a LIMIT stops it. */
function readsWholeTable(scan: StatementScan, node: PlanNode): boolean {
  const operator = operatorOf(scan, node);
  if (operator === 'full-scan') return true;
  return (
    operator === 'index-scan' && node.condition === null && scan.plan?.nodes.some((each) => operatorOf(scan, each) === 'limit') !== true
  );
}

/** A partitioned table cannot get an index concurrently. Its parts can, one after the other; the index of the whole then attaches theirs. */
export function indexRemedy(scan: StatementScan, relation: string, statement: string): Pick<Remedy, 'kind' | 'statement'> {
  const parts = scan.tables.find((table) => table.relation === relation)?.partitions;
  if (parts === undefined) return { kind: 'create-index', statement };
  return {
    kind: 'runbook',
    statement: `Create the same index CONCURRENTLY on each of the ${parts} partitions of ${relation}, and then, which takes them over: ${statement.replace(' CONCURRENTLY', '')}`,
  };
}
