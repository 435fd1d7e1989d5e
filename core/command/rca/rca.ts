/** Root cause analysis of an incident: everything in it is a view of the record and of its triages, and what nothing shows is said to be not known. */
import type { Incident } from '../../model/incident.js';
import type { StatusDocument, TimelineRow } from '../incident/status-document.js';
import { actionFor, contributingOf, type Contributing, type Horizon } from './factors.js';
import { hypothesesOf, type Hypothesis } from './hypotheses.js';
import { findOnset, type Onset, type Series } from './onset.js';
import { whysOf, type Why } from './whys.js';

/** `incident rca ID --json`. Times are ISO 8601 in UTC. */
export interface RootCauseAnalysis {
  onset: Onset | null;
  /** From a quarter of an hour before the onset to three quarters after it; with no onset known, around the declaration. */
  timeline: TimelineRow[];
  hypotheses: Hypothesis[];
  whys: Why[];
  /** The deepest answer of the line of questions with the largest part; null where no cause was shown. */
  rootCause: { statement: string; status: 'supported' | 'confirmed'; branch: string; evidence: string[] } | null;
  contributing: Contributing[];
  recommendations: Record<Horizon, string[]>;
}

const beforeMs = 15 * 60_000;
const afterMs = 45 * 60_000;

function around({ timeline, declaredAt }: StatusDocument, onset: Onset | null): TimelineRow[] {
  const middle = Date.parse(onset?.at ?? declaredAt);
  return timeline.filter(({ at }) => Date.parse(at) >= middle - beforeMs && Date.parse(at) <= middle + afterMs);
}

function rootCauseOf(
  whys: readonly Why[],
  hypotheses: readonly Hypothesis[],
  triages: readonly Incident[],
): RootCauseAnalysis['rootCause'] {
  const lead = triages
    .flatMap(({ endpoint, causes }) => causes.map((cause) => ({ endpoint, cause })))
    .sort((a, b) => b.cause.share - a.cause.share)[0];
  if (lead === undefined) return null;
  const branch = whys.find(({ answer }) => answer === lead.cause.summary)?.branch;
  const deepest = whys.filter((why) => why.branch === branch && why.answer !== null).at(-1);
  if (branch === undefined || deepest?.answer == null) return null;
  const isConfirmed = hypotheses.find(({ id }) => id === `${lead.endpoint}:${lead.cause.id}`)?.status === 'confirmed';
  return { statement: deepest.answer, status: isConfirmed ? 'confirmed' : 'supported', branch, evidence: deepest.evidence };
}

function recommend(status: StatusDocument, triages: readonly Incident[], contributing: readonly Contributing[]): Record<Horizon, string[]> {
  const all: Record<Horizon, string[]> = { immediate: [], short: [], medium: [], long: [] };
  for (const triage of triages) {
    if (triage.outcome === 'resolved') continue;
    for (const { remedy, id } of triage.causes)
      if (remedy.kind !== 'none') all.immediate.push(`${remedy.statement} (${triage.endpoint}, ${id})`);
  }
  for (const { title, state } of status.mitigations) if (state === 'proposed') all.immediate.push(`Decide on "${title}"`);
  for (const { id } of contributing) {
    const known = actionFor[id];
    const text = known === undefined ? null : `${known.action} (${id})`;
    if (known !== undefined && text !== null && !all[known.horizon].includes(text)) all[known.horizon].push(text);
  }
  return all;
}

/** `triages` are the documents of the triages that belong to the incident, `series` what its services' expressions measured around it. */
export function analyzeRootCause(status: StatusDocument, triages: readonly Incident[], series: readonly Series[]): RootCauseAnalysis {
  const onset = findOnset(status, series);
  const hypotheses = hypothesesOf(status, triages);
  const isAlerted = status.timeline.some(({ kind }) => kind === 'alert');
  const whys = whysOf(triages, { changes: status.changes, isAlerted });
  const contributing = contributingOf(status, triages);
  return {
    onset,
    timeline: around(status, onset),
    hypotheses,
    whys,
    rootCause: rootCauseOf(whys, hypotheses, triages),
    contributing,
    recommendations: recommend(status, triages, contributing),
  };
}
