import type { BlockingTree, PlanNode, QueryPlan, StatementScan } from '../../core/model/database.js';
import type { Incident } from '../../core/model/incident.js';
import { shorten, toOneLine } from '../foreign-text.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, emphasis, fold, paragraph, rich, typed, type Block, type ListItem, type Rich, type Section } from '../rich-text.js';
import { sortRuledOut } from './ruled-out.js';
import { average, count, milliseconds, percent, plural, duration } from '../words.js';

const shownStatements = 3;
const statementLimit = 400;

/** Statements of all scans, heaviest first. */
export function heaviestStatements({ scans }: Pick<ReportInput, 'scans'>): StatementScan[] {
  return scans
    .flatMap((scan) => scan.statements)
    .sort((a, b) => b.statement.totalExecMs - a.statement.totalExecMs)
    .slice(0, shownStatements);
}

/** Null when nothing was scanned, because the evidence did not call for it. */
export function queriesSection(input: ReportInput): Section | null {
  if (input.scans.length === 0) return null;
  const statements = heaviestStatements(input);
  const total = input.scans.reduce((sum, scan) => sum + scan.statements.length, 0);
  const remedy = input.incident.causes[0]?.remedy.statement ?? null;
  const items = statements
    .map((scan, index) => (index === 0 && isIndexDisproved(input.incident) ? { ...scan, candidates: [] } : scan))
    .map((scan): ListItem => ({ text: describeStatement(scan), details: statementDetails(scan, remedy) }));
  const list = (some: ListItem[]): Block[] => (some.length === 0 ? [] : [{ kind: 'list', isOrdered: false, items: some }]);
  const blocking = input.databases.flatMap((database) => database.blocking.slice(0, 3).map(describeBlocking));
  const left = total - items.length;
  const lighter = left > 0 ? [paragraph([`${plural(left, 'even lighter statement')} left out here; all are in the artifact.`])] : [];
  return {
    id: 'queries',
    title: 'Slow query findings',
    blocks: [
      ...(items.length === 0 ? [paragraph(['The scan found no statement that ran in the window.'])] : list(items.slice(0, 1))),
      ...bullets(blocking.slice(0, 1)),
      ...(items.length > 1 ? fold([plural(total - 1, 'lighter statement')], [...list(items.slice(1)), ...lighter]) : lighter),
      ...fold([plural(blocking.length - 1, 'more lock chain')], bullets(blocking.slice(1))),
    ],
  };
}

/** The diagnosis found that an index saves no work of the heaviest statement, so the page must not propose one. */
function isIndexDisproved({ ruledOut }: Incident): boolean {
  return sortRuledOut(ruledOut).disproved.some(({ id }) => id === 'missing-index');
}

function describeStatement({ statement }: StatementScan): Rich {
  const { text, calls, meanExecMs, timeShare } = statement;
  const what = code(shorten(toOneLine(text), statementLimit));
  // Calls are not counted if the statement was only seen running.
  if (statement.isSampled === true || calls === 0) return rich`${what} - ${percent(timeShare)} of the statements that were seen running`;
  const lower = statement.restarted ? ' (counters restarted: lower bounds)' : '';
  return rich`${what} - ${plural(calls, 'call')}, mean ${milliseconds(meanExecMs)}, ${percent(timeShare)} of the database's execution time${lower}`;
}

function statementDetails(scan: StatementScan, remedy: string | null): Rich[] {
  const { plan, planNote } = scan;
  const note = planNote === null ? [] : [rich`${plan === null ? '' : 'Plan: '}${planNote}`];
  if (plan === null) return [...(planNote === null ? [rich`Dominant node: no plan could be had`] : note), ...diagnosis(scan)];
  const fixes = candidateFixes(scan, remedy).map((fix) => rich`Candidate fix: ${fix}`);
  return [rich`Dominant node: ${describeDominant(plan, scan)}`, ...diagnosis(scan), ...fixes, ...note];
}

function describeDominant(plan: QueryPlan, { planSource }: StatementScan): Rich {
  const { dominant } = plan;
  if (dominant === null) return ['none stands out'];
  const node = plan.nodes.find(({ id }) => id === dominant.id);
  const name: Rich = dominant.relation === null ? [code(dominant.nodeType)] : [code(dominant.nodeType), ' on ', code(dominant.relation)];
  if (!plan.analyzed) return rich`${name} (estimates only: the plan was not executed, ${planSource})`;
  const whole = plan.executionMs === null ? '' : ` of ${milliseconds(plan.executionMs)}`;
  return rich`${name}, self time ${milliseconds(dominant.selfMs)}${whole}${node === undefined ? '' : rowsOf(node)}`;
}

function rowsOf(node: PlanNode): string {
  const removed = node.rowsRemovedByFilter > 0 ? `, ${count(node.rowsRemovedByFilter * node.loops)} rows read and dropped` : '';
  return `${removed}, ${count(node.rows * node.loops)} kept`;
}

/** What plan and waits show; empty when they show nothing. */
function diagnosis({ plan, nonSargable, waitShares }: StatementScan): Rich[] {
  // The line of the dominant node already says that a plan was not executed.
  const found = orderedFindings(plan).filter((text) => !text.startsWith('The plan was not executed'));
  const told = [...found, ...nonSargable.map(({ kind, predicate }) => `${kind}: ${predicate}`)].slice(0, 3);
  const waits = waitShares
    .filter(({ waitClass, share }) => waitClass !== 'CPU' && share >= 0.2)
    .map(({ waitClass, share }) => `${waitClass} ${percent(share)}`);
  const parts = [...told.map((text) => text.replace(/\.$/, '')), ...(waits.length === 0 ? [] : [`waits: ${waits.join(', ')}`])];
  if (parts.length > 0) return [[`Diagnosis: ${parts.join('; ')}`]];
  if (plan === null) return [];
  return [[plan.analyzed ? 'Diagnosis: nothing wasteful in the plan' : 'Diagnosis: none, what the plan wastes is not measured']];
}

/** Findings on the dominant node first. */
function orderedFindings(plan: QueryPlan | null): string[] {
  const dominant = plan?.dominant?.id;
  const rank = (node: number): number => (node === dominant ? 0 : 1);
  return [...(plan?.findings ?? [])].sort((a, b) => rank(a.node) - rank(b.node)).map(({ text }) => text);
}

function candidateFixes({ candidates, nonSargable }: StatementScan, remedy: string | null): Rich[] {
  const statement = (text: string): Rich => (text === remedy ? ['the index under ', emphasis('Do now')] : [typed(toOneLine(text))]);
  // If the cause advises on a condition that no order can serve, an index in that order must not contradict it.
  const fitting = candidates.filter(
    ({ stopsEarly, statement: text }) => stopsEarly !== true || text === remedy || nonSargable.length === 0,
  );
  const indexes = fitting.slice(0, 2).map((candidate): Rich => {
    const { estimate } = candidate;
    const cost =
      estimate === null
        ? ''
        : `; planner cost ${count(estimate.costBefore)} to ${count(estimate.costAfter)} with the index simulated (estimated)`;
    return rich`${statement(candidate.statement)}: ${candidate.reason}${cost}`;
  });
  const rewrites = nonSargable
    .slice(0, 2)
    .flatMap(({ rewrite, indexStatement }): Rich[] => [
      ...(rewrite === null
        ? []
        : [rewrite === remedy ? rich`the change under ${emphasis('Do now')}` : rich`rewrite as ${code(toOneLine(rewrite))}`]),
      ...(indexStatement === null ? [] : [statement(indexStatement)]),
    ]);
  return indexes.length + rewrites.length === 0 ? [['none from the plan alone']] : [...indexes, ...rewrites];
}

function describeBlocking({ root, blockedMean, blockedMax }: BlockingTree): Rich {
  const age = root.transactionAgeMs === null ? '' : `, transaction open for ${duration(root.transactionAgeMs)}`;
  const relation = root.relation === null ? [] : rich` on ${code(root.relation)}`;
  const last = root.query === '' ? [] : rich`, last statement ${code(shorten(toOneLine(root.query), 200))}`;
  return rich`Lock: session ${root.pid} (${root.state ?? 'state unknown'}${age}) blocks ${average(blockedMean)} sessions on average, ${blockedMax} at most${relation}${last}`;
}
