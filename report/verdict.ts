import type { Cause, Incident } from '../core/model/incident.js';
import type { Confirmation } from '../core/model/load-result.js';
import { confidenceWords, ms, percent, ratio } from './format.js';

/** The answer in the words of one glance: what it is, how sure, what to do. Plain text; callers escape it. */
export interface Verdict {
  title: string;
  lines: string[];
}

export function verdictOf(incident: Incident): Verdict {
  const [cause] = incident.causes;
  const last = incident.reruns.at(-1);
  const proof =
    last === undefined
      ? []
      : [
          `Last re-run: ${last.verdict}, p95 ${ms(last.before.p95Ms)} → ${ms(last.after.p95Ms)}, after ÷ before ${ratio(last.ratio, last.ci)}, ${last.withinBudget ? 'within budget' : 'not within budget'}.`,
        ];
  switch (incident.outcome) {
    case 'refused':
      return { title: 'Refused', lines: incident.reasons };
    case 'not-reproduced':
      return {
        title: 'Not reproduced',
        lines: ['The symptom did not show under load. Nothing was diagnosed, on purpose.', ...incident.reasons],
      };
    case 'unproven':
      return { title: 'Unproven', lines: ['The confirmation run proves neither a problem nor its absence.', ...incident.reasons] };
    case 'inconclusive':
      return {
        title: 'Confirmed, cause inconclusive',
        lines: [
          ...incident.reasons.slice(-2),
          ...incident.missingEvidence.slice(0, 2).map((row) => `Missing: ${row.what}. ${row.remedy}.`),
          ...proof,
        ],
      };
    default:
      return {
        title: titleOf(incident, cause),
        lines: [...(cause === undefined ? incident.reasons : causeLines(incident, cause)), ...proof],
      };
  }
}

function titleOf(incident: Incident, cause: Cause | undefined): string {
  const state =
    incident.outcome === 'resolved'
      ? 'Resolved: '
      : incident.outcome === 'still-failing'
        ? 'Still failing: '
        : incident.outcome === null
          ? 'In progress: '
          : '';
  if (cause === undefined) return `${state}${incident.outcome ?? 'under investigation'}`;
  const others =
    incident.causes.length > 1
      ? ` and ${incident.causes
          .slice(1)
          .map((each) => each.id)
          .join(', ')}`
      : '';
  return `${state}${cause.id}${others}`;
}

function causeLines(incident: Incident, cause: Cause): string[] {
  const share = `It holds ${percent(cause.share)} of the mean latency; confidence ${confidenceWords(cause.confidence)} (${cause.confidence.toFixed(2)}).`;
  const [action] = recommendedActions(incident);
  return [cause.summary, share, ...(action === undefined ? [] : [`Do: ${action.text}`])];
}

export interface RecommendedAction {
  text: string;
  statement: string | null;
  expected: string;
  basis: 'measured' | 'estimated' | 'none';
  evidence: string[];
}

/** In the order of impact; the re-run is not among them, it always comes last. */
export function recommendedActions(incident: Incident): RecommendedAction[] {
  return [...incident.causes]
    .sort((a, b) => b.share - a.share)
    .map((cause) => {
      const isStatement = ['create-index', 'analyze-table', 'terminate-blocker'].includes(cause.remedy.kind);
      const verbs: Record<string, string> = {
        'create-index': 'create the index',
        'analyze-table': 'renew the statistics',
        'terminate-blocker': 'end the blocking session',
      };
      return {
        text: isStatement ? `${verbs[cause.remedy.kind] ?? cause.remedy.kind}: ${cause.remedy.statement}` : cause.remedy.statement,
        statement: isStatement ? cause.remedy.statement : null,
        expected: cause.remedy.expected,
        basis: cause.remedy.basis,
        evidence: cause.evidence,
      };
    });
}

/** Observed against budget, for each budget that is set. */
export function budgetRows(confirmation: Confirmation): { name: string; observed: string; budget: string; broken: boolean }[] {
  const { observed, budget, broken } = confirmation;
  const rows = [
    { name: 'p50', value: budget.p50Ms, observed: ms(observed.p50Ms), text: (value: number) => ms(value) },
    { name: 'p95', value: budget.p95Ms, observed: ms(observed.p95Ms), text: (value: number) => ms(value) },
    { name: 'p99', value: budget.p99Ms, observed: ms(observed.p99Ms), text: (value: number) => ms(value) },
    { name: 'error-ratio', value: budget.errorRatio, observed: percent(observed.errorRatio), text: percent },
    {
      name: 'request-rate',
      value: budget.minRequestRate,
      observed: `${observed.requestRate.toFixed(1)}/s`,
      text: (value: number) => `${value}/s at least`,
    },
  ];
  return rows.flatMap((row) =>
    row.value === undefined
      ? []
      : [{ name: row.name, observed: row.observed, budget: row.text(row.value), broken: broken.includes(row.name) }],
  );
}
