/** The sections of both postmortems, each a view of the same status document, so that they cannot contradict each other. */
import type { ActionRow } from '../../core/command/incident/findings.js';
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import { courseOf, minutes, shownCauses, suspectedChanges, type Cause } from '../../core/command/postmortem/facts.js';
import { metricNames, type PostmortemMetrics } from '../../core/command/postmortem/metrics.js';
import { toOneLine } from '../foreign-text.js';
import { escapeMarkdown } from '../markdown-text.js';
import { toldTimeline } from './timeline.js';
import { bullets, metricRow, span, valueText, withInputs } from './words.js';

export interface PostmortemInput {
  status: StatusDocument;
  metrics: PostmortemMetrics;
  actions: readonly ActionRow[];
  /** Teams or people who write it, from the catalog's owners. */
  authors: readonly string[];
}

const notKnown = 'Not known.';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** From the measured beginning if there is one, otherwise from the detection, which is then stated. */
function duration({ times }: StatusDocument, metrics: PostmortemMetrics): string {
  const { ttr, ttrFromDetection } = metrics;
  if (ttr.value !== null && ttr.from !== null && ttr.to !== null) return `${minutes(ttr.value)} (${span(ttr.from, ttr.to)})`;
  if (ttrFromDetection.value !== null && ttrFromDetection.from !== null && ttrFromDetection.to !== null)
    return `${minutes(ttrFromDetection.value)} from the detection (${span(ttrFromDetection.from, ttrFromDetection.to)}); when the impact began is not known`;
  return times.ttr.status === 'pending' ? 'not over yet' : 'not known';
}

function impactText({ impact }: StatusDocument): string {
  const ratio = impact.errorRatio === null ? null : `${Number((100 * impact.errorRatio).toPrecision(3))} % of requests failed`;
  const parts = [impact.summary === null ? null : toOneLine(impact.summary), ratio].filter((part) => part !== null);
  const services = impact.services.length === 0 ? [] : [`services: ${impact.services.join(', ')}`];
  return escapeMarkdown([...parts, ...services].join('; ') || 'not known');
}

export function title({ status, authors }: PostmortemInput, word: string): string {
  return [
    `# ${word}: ${escapeMarkdown(status.title)}`,
    '',
    `**Date**: ${status.declaredAt.slice(0, 10)}`,
    `**Authors**: ${authors.length === 0 ? 'not named' : authors.map(escapeMarkdown).join(', ')}`,
    '**Status**: Draft',
  ].join('\n');
}

export function summaryTable({ status, metrics }: PostmortemInput): string {
  return table(
    ['Field', 'Value'],
    [
      ['Incident ID', status.id],
      ['Duration', duration(status, metrics)],
      ['Severity', `${status.severity} (${escapeMarkdown(status.severityReason.rule)})`],
      ['Impact', impactText(status)],
      ['Customers Affected', escapeMarkdown(valueText(metrics.usersAffected))],
      ['Revenue Impact', escapeMarkdown(valueText(metrics.money))],
    ],
  );
}

export function summaryBullets({ status, metrics }: PostmortemInput): string {
  return [
    `- **Date:** ${status.declaredAt.slice(0, 10)}`,
    `- **Severity:** ${status.severity}`,
    `- **Duration:** ${duration(status, metrics)}`,
    `- **Impact:** ${impactText(status)}`,
  ].join('\n');
}

export function whatHappened({ status, metrics }: PostmortemInput): string {
  const { id, declaredAt, onset, severity, impact, severityReason } = status;
  const services =
    impact.services.length === 0 ? 'Which services were affected is not recorded.' : `Affected: ${impact.services.join(', ')}.`;
  const began =
    onset === null
      ? 'When the impact began was not measured.'
      : `The impact began at ${onset.at.slice(0, 16).replace('T', ' ')} UTC (± ${onset.uncertaintyS} s).`;
  const causes = shownCauses(status).map(({ statement }) => statement);
  return escapeMarkdown(
    [
      `On ${declaredAt.slice(0, 10)} at ${declaredAt.slice(11, 16)} UTC incident ${id} was declared: ${toOneLine(status.title)}.`,
      services,
      began,
      `It was rated ${severity} (${severityReason.rule}).`,
      `Duration: ${duration(status, metrics)}.`,
      causes.length === 0 ? 'What caused it is not known.' : `What was shown: ${causes.join('; ')}.`,
    ].join(' '),
  );
}

function moreRows(count: number, id: string): string[] {
  return count === 0
    ? []
    : ['', `Left out: reminders, corrections and the like (${count}); \`perf-responder incident timeline ${id}\` shows them.`];
}

export function timelineTable({ status }: PostmortemInput): string {
  const { events, leftOut } = toldTimeline(status);
  const rows = events.map(({ time, text }) => [time, text]);
  return [table(['Time (UTC)', 'Event'], rows), ...moreRows(leftOut, status.id)].join('\n');
}

export function timelineList({ status }: PostmortemInput): string {
  const { events, leftOut } = toldTimeline(status);
  return ['All times are UTC.', '', ...events.map(({ time, text }) => `- ${time} - ${text}`), ...moreRows(leftOut, status.id)].join('\n');
}

function causeLines(causes: readonly Cause[], otherwise: string): string {
  return bullets(
    causes.map(({ statement, from }) => `${statement} (${from})`),
    otherwise,
  );
}

export function rootCause({ status }: PostmortemInput): string {
  return causeLines(shownCauses(status), `${notKnown} No triage named a cause and no change was confirmed by a reversal or a mechanism.`);
}

export function contributingFactors({ status }: PostmortemInput): string {
  return causeLines(suspectedChanges(status), `${notKnown} No change before the begin is suspected.`);
}

export function impact({ metrics, status }: PostmortemInput): string {
  const said = status.impact.summary === null ? [] : [`- **As reported**: ${escapeMarkdown(toOneLine(status.impact.summary))}`];
  return [
    ...said,
    `- **Customer Impact**: ${escapeMarkdown(withInputs(metrics.usersAffected))}`,
    `- **Failed requests**: ${escapeMarkdown(withInputs(metrics.failedRequests))}`,
    `- **Slow requests**: ${escapeMarkdown(withInputs(metrics.slowRequests))}`,
    `- **Revenue Impact**: ${escapeMarkdown(withInputs(metrics.money))}`,
    `- **SLA Impact**: error budget used: ${escapeMarkdown(withInputs(metrics.errorBudgetUsed))}; as time: ${escapeMarkdown(withInputs(metrics.badMinutes))}`,
  ].join('\n');
}

export function wentWell({ status }: PostmortemInput): string {
  return bullets(courseOf(status).wentWell, 'Nothing that the record shows; add what you saw.');
}

export function wentPoorly({ status }: PostmortemInput): string {
  return bullets(courseOf(status).wentPoorly, 'Nothing that the record shows; add what you saw.');
}

export function improvable({ status }: PostmortemInput): string {
  return bullets(courseOf(status).gaps, 'No gap that the record shows; add what you saw.');
}

export function metricsTable({ metrics }: PostmortemInput): string {
  return [
    '| Figure | Value | Status | Formula | Inputs |',
    '| --- | --- | --- | --- | --- |',
    ...metricNames.map((name) => metricRow(name, metrics[name])),
  ].join('\n');
}

export function actionTable({ actions }: PostmortemInput): string {
  const rows = actions.map(({ priority, title: action, owner, due, state, id, type }) => [
    escapeMarkdown(priority),
    escapeMarkdown(`${toOneLine(action)} [${id}, ${type}, ${state}]`),
    owner === null ? 'nobody yet' : escapeMarkdown(owner),
    due === null ? 'no date yet' : escapeMarkdown(due),
  ]);
  return rows.length === 0 ? 'None yet.' : table(['Priority', 'Action', 'Owner', 'Due Date'], rows);
}

export function actionChecklist({ actions }: PostmortemInput): string {
  const lines = actions.map(({ title: action, owner, due, state, id }) => {
    const box = state === 'done' || state === 'closed' ? 'x' : ' ';
    return `- [${box}] ${escapeMarkdown(`${toOneLine(action)} [${id}]`)} - Owner: ${escapeMarkdown(owner ?? 'nobody yet')} - Due: ${escapeMarkdown(due ?? 'no date yet')}`;
  });
  return lines.length === 0 ? 'None yet.' : lines.join('\n');
}

export function lessons(): string {
  return '*For people, in the review: what do we know now that we did not know before?*\n\n1. …';
}

export function appendix({ status }: PostmortemInput): string {
  return [
    `- Record: \`perf-responder incident timeline ${status.id}\``,
    ...status.triages.map(
      ({ incidentId, workflowId, endpoint }) => `- Triage of ${escapeMarkdown(endpoint)}: ${escapeMarkdown(incidentId ?? workflowId)}`,
    ),
    ...status.mitigations.flatMap(({ runId, title: what }) =>
      runId === null ? [] : [`- Run of "${escapeMarkdown(what)}": ${escapeMarkdown(runId)}`],
    ),
  ].join('\n');
}

export function openQuestion(): string {
  return '*For people, in the review: which check could catch this before users do?*\n\nOpen, without an owner.';
}
