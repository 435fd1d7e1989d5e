import type { BlockingTree, PlanNode, QueryPlan, StatementScan } from '../../core/model/database.js';
import { shorten, toOneLine } from '../foreign-text.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, paragraph, rich, type ListItem, type Rich, type Section } from '../rich-text.js';
import { count, milliseconds, percent, plural, duration } from '../words.js';

const shownStatements = 3;
const statementLimit = 400;

/** Statements of all scans, heaviest first. */
export function heaviestStatements({ scans }: Pick<ReportInput, 'scans'>): StatementScan[] {
  return scans
    .flatMap((scan) => scan.statements)
    .sort((a, b) => b.statement.totalExecMs - a.statement.totalExecMs)
    .slice(0, shownStatements);
}

/** Null when nothing was scanned: the evidence did not ask for it. */
export function queriesSection(input: ReportInput): Section | null {
  if (input.scans.length === 0) return null;
  const statements = heaviestStatements(input);
  const total = input.scans.reduce((sum, scan) => sum + scan.statements.length, 0);
  const items = statements.map((scan): ListItem => ({ text: describeStatement(scan), details: statementDetails(scan) }));
  return {
    id: 'queries',
    title: 'Slow query findings',
    blocks: [
      ...(items.length === 0
        ? [paragraph(['The scan found no statement that ran in the window.'])]
        : [{ kind: 'list' as const, isOrdered: false, items }]),
      ...(total > items.length
        ? [paragraph([`${plural(total - items.length, 'lighter statement')} left out here; all are in the artifact.`])]
        : []),
      ...bullets(input.databases.flatMap(({ blocking }) => blocking.slice(0, 3).map(describeBlocking))),
    ],
  };
}

function describeStatement({ statement }: StatementScan): Rich {
  const { text, calls, meanExecMs, timeShare } = statement;
  const lower = statement.restarted ? ' (counters restarted: lower bounds)' : '';
  return rich`${code(shorten(toOneLine(text), statementLimit))} - ${plural(calls, 'call')}, mean ${milliseconds(meanExecMs)}, ${percent(timeShare)} of the database's execution time${lower}`;
}

function statementDetails(scan: StatementScan): Rich[] {
  return [
    rich`Dominant node: ${describeDominant(scan)}`,
    rich`Diagnosis: ${diagnose(scan)}`,
    ...candidateFixes(scan).map((fix) => rich`Candidate fix: ${fix}`),
    ...(scan.planNote === null ? [] : [rich`Plan: ${scan.planNote}`]),
  ];
}

function describeDominant({ plan, planSource }: StatementScan): Rich {
  if (plan === null) return ['no plan could be had'];
  const { dominant } = plan;
  if (dominant === null) return ['none stands out'];
  const node = plan.nodes.find(({ id }) => id === dominant.id);
  const name: Rich = dominant.relation === null ? [code(dominant.nodeType)] : [code(dominant.nodeType), ' on ', code(dominant.relation)];
  if (!plan.analyzed) return rich`${name} - not executed (${planSource}), estimates only`;
  const whole = plan.executionMs === null ? '' : ` of ${milliseconds(plan.executionMs)}`;
  return rich`${name} - self time ${milliseconds(dominant.selfMs)}${whole} (executed once, ${planSource})${node === undefined ? '' : rowsOf(node)}`;
}

function rowsOf(node: PlanNode): string {
  const removed = node.rowsRemovedByFilter > 0 ? `, ${count(node.rowsRemovedByFilter * node.loops)} rows read and dropped` : '';
  return `${removed}, ${count(node.rows * node.loops)} kept`;
}

function diagnose({ plan, nonSargable, waitShares }: StatementScan): Rich {
  const told = [...orderedFindings(plan), ...nonSargable.map(({ kind, predicate }) => `${kind}: ${predicate}`)].slice(0, 3);
  const wait = waitShares.filter(({ waitClass, share }) => waitClass !== 'CPU' && share >= 0.2);
  const waits =
    wait.length === 0
      ? ''
      : `${told.length === 0 ? '' : '; '}waits: ${wait.map((each) => `${each.waitClass} ${percent(each.share)}`).join(', ')}`;
  return [told.length === 0 && waits === '' ? 'nothing wasteful in the plan' : `${told.join('; ')}${waits}`];
}

/** Findings on the dominant node first. */
function orderedFindings(plan: QueryPlan | null): string[] {
  const dominant = plan?.dominant?.id;
  const rank = (node: number): number => (node === dominant ? 0 : 1);
  return [...(plan?.findings ?? [])].sort((a, b) => rank(a.node) - rank(b.node)).map(({ text }) => text);
}

function candidateFixes({ candidates, nonSargable }: StatementScan): Rich[] {
  const indexes = candidates.slice(0, 2).map((candidate): Rich => {
    const { estimate } = candidate;
    const cost =
      estimate === null
        ? ''
        : `; planner cost ${count(estimate.costBefore)} to ${count(estimate.costAfter)} with the index simulated (estimated)`;
    return rich`${code(toOneLine(candidate.statement))} - ${candidate.reason}${cost}`;
  });
  const rewrites = nonSargable
    .slice(0, 2)
    .flatMap(({ rewrite, indexStatement }): Rich[] => [
      ...(rewrite === null ? [] : [rich`rewrite as ${code(toOneLine(rewrite))}`]),
      ...(indexStatement === null ? [] : [[code(toOneLine(indexStatement))]]),
    ]);
  return indexes.length + rewrites.length === 0 ? [['none from the plan alone']] : [...indexes, ...rewrites];
}

function describeBlocking({ root, blockedMean, blockedMax }: BlockingTree): Rich {
  const age = root.transactionAgeMs === null ? '' : `, transaction open for ${duration(root.transactionAgeMs)}`;
  const relation = root.relation === null ? [] : rich` on ${code(root.relation)}`;
  const last = root.query === '' ? [] : rich`, last statement ${code(shorten(toOneLine(root.query), 200))}`;
  return rich`Lock: session ${root.pid} (${root.state ?? 'state unknown'}${age}) blocks ${blockedMean.toFixed(1)} sessions on average, ${blockedMax} at most${relation}${last}`;
}
