/** What the terminal shows of an incident. */
import { describeRatio } from '../../../core/decisions/describe-ratio.js';
import { limitMs, milliseconds, percent, plural } from '../../../core/model/figures.js';
import type { Incident } from '../../../core/model/incident.js';
import type { Rerun } from '../../../core/model/rerun.js';
import type { Budgets } from '../../../core/model/load-result.js';
import type { ConfirmationRecord, IncidentStatus } from '../../../workflows/respond/messages.js';
import { plainText } from '../../../report/rich-text.js';
import { explained } from '../../../report/sections/cause.js';
import { changeSentence } from '../../../report/sections/change.js';
import { nameCause } from '../../../report/sections/location.js';
import { sentence } from '../../../report/words.js';
import type { Typed } from '../command-context.js';
import type { IncidentListing } from '../../temporal/incident-lookup.js';

function confirmationLine({ confirmation }: Incident): string[] {
  if (confirmation === null) return [];
  const { verdict, observed, budget, requests } = confirmation;
  const errors = observed.errorRatio > 0 ? `, errors ${percent(observed.errorRatio)}` : '';
  return [
    `load      ${verdict}: p95 ${milliseconds(observed.p95Ms)}${errors} over ${plural(requests, 'request')} (budget ${limitsText(budget)})`,
  ];
}

/** `p95 250 ms, errors 1 %`, as `--budget` writes them. */
function limitsText({ p50Ms, p95Ms, p99Ms, errorRatio, minRequestRate }: Budgets): string {
  const limits = [
    ...Object.entries({ p50: p50Ms, p95: p95Ms, p99: p99Ms }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} ${limitMs(value)}`],
    ),
    ...(errorRatio === undefined ? [] : [`errors ${percent(errorRatio)}`]),
    ...(minRequestRate === undefined ? [] : [`at least ${minRequestRate}/s`]),
  ];
  return limits.join(', ') || 'none';
}

/** What the confidence was counted over; see docs/accuracy.md. */
function basisText({ basis }: Incident['causes'][number]): string {
  return basis === undefined ? '' : ` (right in ${basis.hits} of ${basis.cases} recorded windows)`;
}

function causeLines({ causes }: Incident): string[] {
  return causes.flatMap((cause, index) => [
    `${index === 0 ? 'cause     ' : '          '}${index + 1}. ${plainText(nameCause(cause))}, explains ${explained(cause)}, confidence ${cause.confidence.toFixed(2)}${basisText(cause)}`,
    `             ${cause.summary}`,
    ...(cause.remedy.kind === 'none' ? [] : [`             do: ${cause.remedy.statement} (${cause.remedy.expected})`]),
  ]);
}

/** The commit, or the search for it. */
function changeLines({ bisect, bisectId }: Incident): string[] {
  if (bisect === null) return bisectId === undefined ? [] : [`commit    ${bisectId} searches for the one that made it slow`];
  return [`commit    ${plainText(changeSentence(bisect))}`];
}

/** Headline, cause and what to do: one screen. */
export function incidentText(incident: Incident): string {
  const { incidentId, endpoint, outcome, reasons, missingEvidence } = incident;
  return [
    `incident  ${incidentId}`,
    `endpoint  ${endpoint}`,
    `outcome   ${outcome ?? 'none yet'}`,
    ...confirmationLine(incident),
    ...causeLines(incident),
    ...changeLines(incident),
    ...reasons.map((reason, index) => `${index === 0 ? 'because   ' : '          '}${reason}`),
    ...missingEvidence.map(
      ({ what, why, remedy }) => `missing   ${what}: ${why}. ${sentence(remedy).replace(/^./, (first) => first.toUpperCase())}`,
    ),
  ].join('\n');
}

export function statusText(status: IncidentStatus, typed: Typed): string {
  const { incident, phase, stage, alerts, confirmations, remedyPlan } = status;
  const resolved = alerts.filter((alert) => alert.status === 'resolved').length;
  const plan =
    remedyPlan === null
      ? []
      : [`decide    ${remedyPlan.remedy.statement}`, `          ${typed(`approve ${incident.incidentId} --plan ${remedyPlan.planId}`)}`];
  return [
    `phase     ${phase} (${stage})`,
    incidentText(incident),
    `alerts    ${alerts.length}${resolved === 0 ? '' : `, ${resolved} of them resolved at the sender's side (recorded only)`}`,
    `load runs ${confirmations.length}`,
    ...plan,
  ].join('\n');
}

export function listText(incidents: IncidentListing[]): string {
  if (incidents.length === 0) return 'no incidents';
  return incidents
    .map(
      ({ incidentId, endpoint, phase, outcome, startedAt }) =>
        `${startedAt}  ${phase.padEnd(10)} ${(outcome ?? '–').padEnd(15)} ${endpoint}  ${incidentId}`,
    )
    .join('\n');
}

export function rerunText({ rerun, outcome, verdict, reasons }: ConfirmationRecord): string {
  if (rerun === null) return [`re-run    ${verdict ?? 'broken'}`, ...reasons].join('\n');
  const [low, high] = (rerun.ci ?? []).map(describeRatio);
  const interval = low === undefined || high === undefined ? '' : ` (95 % interval ${low} to ${high}, ${rerun.ciKind}, ${rerun.method})`;
  return [
    `re-run    ${rerun.verdict}, ${rerun.withinBudget ? 'within' : 'not within'} the budget`,
    `p95       ${milliseconds(rerun.before.p95Ms)} before, ${milliseconds(rerun.after.p95Ms)} after: ratio ${rerun.ratio === null ? 'unknown' : describeRatio(rerun.ratio)}${interval}`,
    `baseline  ${baselineText(rerun)}`,
    `outcome   ${outcome ?? rerun.outcome}`,
    ...rerun.reasons,
  ].join('\n');
}

function baselineText({ backToBaseline, baseline }: Rerun): string {
  if (baseline === null) return 'back to baseline: unknown, no healthy run of this load is on record yet';
  const answer = backToBaseline === null ? 'unknown' : backToBaseline ? 'yes' : 'no';
  const ratio = baseline.ratio === null ? '' : `, ratio ${describeRatio(baseline.ratio)}`;
  return `back to baseline: ${answer} (p95 ${milliseconds(baseline.p95Ms)} on ${baseline.at.slice(0, 10)}${ratio})`;
}
