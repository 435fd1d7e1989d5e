import type { Cause } from '../core/model/cause.js';
import type { Evidence } from '../core/model/diagnosis.js';
import type { Incident } from '../core/model/incident.js';
import type { Rerun } from '../core/model/rerun.js';

type KindOf = ReadonlyMap<string, Evidence['kind']>;

/** A gain may be called measured if it rests on one of these: it was seen to happen, not computed. */
const measuredKinds = new Set<Evidence['kind']>(['plan', 'rerun', 'database', 'bisect']);
/** Allows for the rounding of up to a dozen lines. */
const sumTolerance = 0.02;

/**
 * Claims that the evidence does not support, in words; a report with such a claim is not written. Checked: every cause (and so every recommended action),
 * every ruled-out cause and every line of the account cites evidence that exists; shares and confidences are ratios, and the account adds up; an index is
 * only proposed with a plan; a gain that is called measured cites a measurement; a re-run states the figures that its verdict rests on; an outcome comes
 * with what it promises.
 */
export function findUncitedClaims(incident: Incident): string[] {
  const known: KindOf = new Map(incident.evidence.map(({ id, kind }) => [id, kind]));
  return [
    ...duplicates(incident),
    ...incident.causes.flatMap((cause) => [...uncited(`cause ${cause.id}`, cause.evidence, known), ...unfoundedCause(cause, known)]),
    ...incident.ruledOut.flatMap(({ id, evidence }) => uncited(`ruled-out ${id}`, evidence, known)),
    ...incident.accounting
      .filter(({ perRequestMs }) => perRequestMs > 0)
      .flatMap(({ resource, evidence }) => uncited(`account line ${resource}`, evidence, known)),
    ...(incident.accountChecks ?? []).flatMap(({ id, evidence }) => uncited(`account check ${id}`, evidence, known)),
    ...brokenAccount(incident),
    ...incident.reruns.flatMap((rerun, index) => unfoundedRerun(rerun, `re-run ${index + 1}`)),
    ...unfoundedOutcome(incident),
  ];
}

function uncited(claim: string, cited: readonly string[], known: KindOf): string[] {
  if (cited.length === 0) return [`${claim} cites no evidence`];
  const unknown = cited.filter((id) => !known.has(id));
  return unknown.length === 0 ? [] : [`${claim} cites ${unknown.join(', ')}, which is not in the evidence`];
}

function duplicates({ evidence }: Incident): string[] {
  const ids = evidence.map(({ id }) => id);
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...repeated].map((id) => `evidence ${id} is there twice, so a citation of it is ambiguous`);
}

function isRatio(value: number): boolean {
  return value >= 0 && value <= 1;
}

function unfoundedCause({ id, share, confidence, summary, evidence, remedy }: Cause, known: KindOf): string[] {
  const cites = (wanted: (kind: Evidence['kind']) => boolean): boolean =>
    evidence.some((cited) => {
      const kind = known.get(cited);
      return kind !== undefined && wanted(kind);
    });
  const problems: string[] = [];
  if (!isRatio(share)) problems.push(`cause ${id} explains a share of ${share}, expected 0 to 1`);
  if (!isRatio(confidence)) problems.push(`cause ${id} has a confidence of ${confidence}, expected 0 to 1`);
  if (summary.trim() === '') problems.push(`cause ${id} says nothing`);
  if (remedy.kind === 'create-index' && !cites((kind) => kind === 'plan'))
    problems.push(`the index against ${id} is proposed without a plan`);
  if (remedy.basis === 'measured' && !cites((kind) => measuredKinds.has(kind)))
    problems.push(`the gain against ${id} is called measured and cites no measurement`);
  if (remedy.basis !== 'none' && remedy.expected.trim() === '')
    problems.push(`the gain against ${id} is called ${remedy.basis} and not stated`);
  return problems;
}

function brokenAccount({ accounting }: Incident): string[] {
  if (accounting.length === 0) return [];
  const wrong = accounting.find(({ share, perRequestMs }) => !isRatio(share) || !Number.isFinite(perRequestMs) || perRequestMs < 0);
  if (wrong !== undefined) return [`account line ${wrong.resource} is no share of the mean latency`];
  const sum = accounting.reduce((all, { share }) => all + share, 0);
  return Math.abs(sum - 1) <= sumTolerance
    ? []
    : [`the account adds up to ${(sum * 100).toFixed(1)} % of the mean latency, expected 100 %`];
}

function unfoundedRerun(rerun: Rerun, name: string): string[] {
  const { verdict, ratio, ci, ciKind, method, runs, before, after, outcome, withinBudget, backToBaseline, baseline, reasons } = rerun;
  const problems: string[] = [];
  if (ratio !== null && (before.p95Ms === null || after.p95Ms === null)) problems.push(`${name} states a ratio without both p95`);
  if (ci !== null && (ratio === null || ci[0] > ratio || ci[1] < ratio))
    problems.push(`${name} states an interval that does not hold its ratio`);
  if (ci !== null && ciKind === 'between-runs' && !isBetweenRuns(method, runs))
    problems.push(`${name} claims an interval between runs that were not run`);
  if (ci !== null && method === 'ratio-only') problems.push(`${name} states an interval and says that there is none`);
  if (backToBaseline !== null && baseline === null) problems.push(`${name} is compared with a baseline that is not there`);
  if (verdict !== 'inconclusive' && ratio === null && reasons.length === 0)
    problems.push(`${name} is called ${verdict} without a figure or reason`);
  if (outcome === 'resolved' && !withinBudget) problems.push(`${name} is called resolved, but it is not within budget`);
  if (outcome === 'resolved' && after.requests === 0) problems.push(`${name} is called resolved, but no request was answered`);
  return problems;
}

function unfoundedOutcome({ outcome, causes, confirmation, reruns }: Incident): string[] {
  if ((outcome === 'localized' || outcome === 'mixed' || outcome === 'capacity') && causes.length === 0)
    return [`the outcome is ${outcome}, but no cause is named`];
  if (outcome === 'not-reproduced' && confirmation?.verdict !== 'not-reproduced')
    return ['the outcome is not-reproduced, but no green confirmation is there'];
  if (outcome === 'resolved' && !reruns.some((rerun) => rerun.outcome === 'resolved'))
    return ['the outcome is resolved, but no re-run shows it'];
  return [];
}

/** Six pairs, or four runs a side: a rank test with fewer cannot reach 95 %. */
function isBetweenRuns(method: Rerun['method'], { before, after, pairs }: Rerun['runs']): boolean {
  return (method === 'paired-runs' && pairs >= 6) || (method === 'separate-runs' && Math.min(before, after) >= 4);
}
