/** The root cause analysis as a document. What no evidence shows is called unknown. */
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import type { RootCauseAnalysis } from '../../core/command/rca/rca.js';
import { minutes } from '../../core/command/postmortem/facts.js';
import { shorten } from '../foreign-text.js';
import { cell, clock, list, moment, sections } from './markdown.js';

function summary({ title, changes }: StatusDocument, { rootCause, onset }: RootCauseAnalysis): string {
  const began = onset === null ? 'When it began was not measured.' : `It began at ${moment(onset.at)} (${cell(onset.from)}).`;
  const confirmed = changes.filter(({ verdict }) => verdict === 'confirmed').map(({ kind, ref, why }) => `${kind} ${ref}: ${why}`);
  const cause = rootCause === null ? 'No triage names a root cause.' : `${rootCause.statement} (${rootCause.status}).`;
  const changed = confirmed.length === 0 ? [] : [`A change is confirmed: ${confirmed.join('; ')}.`];
  return [`${cell(title)}.`, began, ...[cause, ...changed].map(cell)].join(' ');
}

/** `T+05min (14:35): …`, relative to the onset or, if it is unknown, to the declaration. */
function events({ declaredAt }: StatusDocument, { timeline, onset }: RootCauseAnalysis): string {
  const minuteOf = (at: string): number => Math.floor(Date.parse(at) / 60_000);
  const zero = minuteOf(onset?.at ?? declaredAt);
  const lines = timeline.map(({ at, text }) => {
    const offset = minuteOf(at) - zero;
    const sign = offset < 0 ? '-' : '+';
    return `T${sign}${String(Math.abs(offset)).padStart(2, '0')}min (${clock(at)}): ${shorten(cell(text), 240)}`;
  });
  return list(lines, 'Nothing is recorded around it.');
}

function whys({ whys: all }: RootCauseAnalysis): string {
  return all.length === 0
    ? 'Not known: no triage has looked.'
    : all
        .map(({ n, branch, question, answer, collect }) => {
          const told = answer === null ? `not known${collect === null ? '' : `; collect: ${collect}`}` : answer;
          return `**Why ${n}${branch === 'A' ? '' : ` (${branch})`}**: ${cell(question)}\n→ ${cell(told)}`;
        })
        .join('\n\n');
}

const horizons = { immediate: 'Immediate', short: 'Short-term', medium: 'Medium-term', long: 'Long-term' } as const;

function recommendations({ recommendations: all }: RootCauseAnalysis): string {
  const lines = (['immediate', 'short', 'medium', 'long'] as const).flatMap((horizon) =>
    all[horizon].map((text) => `**${horizons[horizon]}**: ${cell(text)}`),
  );
  return list(lines, 'None that the evidence asks for.');
}

function evidence({ hypotheses }: RootCauseAnalysis): string {
  const lines = hypotheses
    .filter(({ status }) => status === 'confirmed' || status === 'supported')
    .flatMap(({ id, supports }) => supports.map((text) => `${cell(id)}: ${cell(text)}`));
  return list([...new Set(lines)], 'Nothing supports a hypothesis yet.');
}

export function rootCauseDocument(status: StatusDocument, analysis: RootCauseAnalysis): string {
  const { id, title, severity, declaredAt, times } = status;
  const { seconds, from, to } = times.ttr;
  const duration =
    seconds === null || from === null || to === null
      ? `declared ${moment(declaredAt)}; from its begin to its end is not known`
      : `${clock(from)} - ${clock(to)} UTC (${minutes(seconds)})`;
  const { rootCause, contributing } = analysis;
  const head = [
    `## Root Cause Analysis: ${cell(title)}`,
    '',
    `**Incident**: ${id}`,
    `**Duration**: ${duration}`,
    `**Severity**: ${severity}`,
  ].join('\n');
  const body = sections([
    ['### Executive Summary', summary(status, analysis)],
    ['### Timeline of Events', events(status, analysis)],
    ['### Five Whys Analysis', whys(analysis)],
    ['### Root Cause', rootCause === null ? 'Not known.' : `${cell(rootCause.statement)} (${rootCause.status})`],
    ['### Evidence', evidence(analysis)],
    [
      '### Contributing Factors',
      list(
        contributing.map(({ id: factor, fact }) => `${cell(factor)}: ${cell(fact)}`),
        'None that the record shows.',
      ),
    ],
    ['### Recommendations', recommendations(analysis)],
  ]);
  return `${head}\n\n${body}\n`;
}
