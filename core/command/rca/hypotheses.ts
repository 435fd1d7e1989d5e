/** The ledger: everything that could have been the cause, and what the evidence says to it. People may doubt it; only evidence changes a status. */
import type { BisectSummary } from '../../model/bisect.js';
import type { Cause, NotJudged, RuledOut } from '../../model/cause.js';
import type { Incident } from '../../model/incident.js';
import type { ChangeRow, ServiceRow } from '../incident/findings.js';
import { cite } from './cite.js';

export interface Hypothesis {
  id: string;
  statement: string;
  supports: string[];
  contradicts: string[];
  /** What would settle it and was not looked at. */
  untested: string[];
  status: 'open' | 'supported' | 'refuted' | 'confirmed';
  /** What decided: a rule, a re-run, a search, the order of time; null while it is open. */
  testedBy: string | null;
}

/** A search that is surer than this names its commit (`perf-responder bisect`). */
const surePosterior = 0.95;

export function culpritOf({ bisect }: Pick<Incident, 'bisect'>): NonNullable<BisectSummary['culprit']> | null {
  if (bisect?.outcome !== 'culprit' || (bisect.posterior ?? 0) < surePosterior) return null;
  return bisect.culprit;
}

/**
 * A load that is well again proves the cause whose remedy, and nothing else, was applied before it. What became well by itself, by a runbook or by two
 * remedies at once proves none.
 */
function provenBy({ reruns, incidentId }: Incident, { id }: Cause): string | null {
  const proof = reruns.find(
    ({ outcome, withinBudget, remedied = [] }) => outcome === 'resolved' && withinBudget && remedied.length === 1 && remedied[0] === id,
  );
  return proof === undefined ? null : `the same load after the remedy of ${id} in ${incidentId}: within the budget again at ${proof.at}`;
}

function fromCause(triage: Incident, cause: Cause): Hypothesis {
  const proof = provenBy(triage, cause);
  const { basis } = cause;
  const counted = basis === undefined ? '' : `, whose evidence was right in ${basis.hits} of ${basis.cases} recorded windows`;
  return {
    id: `${triage.endpoint}:${cause.id}`,
    statement: cause.summary,
    supports: [...cite(triage, cause.evidence), ...(proof === null ? [] : [proof])],
    contradicts: [],
    untested: proof === null ? ['the same load after its remedy, with nothing else changed'] : [],
    status: proof === null ? 'supported' : 'confirmed',
    testedBy: proof ?? `rule ${cause.id}${counted}`,
  };
}

function fromRuledOut(triage: Incident, { id, reason, evidence, kind, consequenceOf }: RuledOut): Hypothesis {
  const statement = `${id} makes ${triage.endpoint} slow`;
  if (kind === 'lesser')
    return {
      id: `${triage.endpoint}:${id}`,
      statement,
      supports: [reason, ...cite(triage, evidence)],
      contradicts: [],
      untested: ['the same load after its remedy'],
      status: 'supported',
      testedBy: `rule ${id}`,
    };
  const follows = kind === 'consequence' ? `it follows from ${consequenceOf ?? 'something else'}: ` : '';
  return {
    id: `${triage.endpoint}:${id}`,
    statement,
    supports: [],
    contradicts: [`${follows}${reason}`, ...cite(triage, evidence)],
    untested: [],
    status: 'refuted',
    testedBy: `rule ${id}`,
  };
}

function fromNotJudged(triage: Incident, { id, needs }: NotJudged): Hypothesis {
  const statement = `${id} makes ${triage.endpoint} slow`;
  return {
    id: `${triage.endpoint}:${id}`,
    statement,
    supports: [],
    contradicts: [],
    untested: needs.length === 0 ? ['its evidence'] : [...needs],
    status: 'open',
    testedBy: null,
  };
}

/** Git shortens a commit to seven digits at least; a version or the name of a flag is none. */
function names(ref: string, commit: string): boolean {
  return /^[0-9a-f]{7,}$/i.test(ref) && commit.startsWith(ref.toLowerCase());
}

const settlers = ['its reversal under the same load', 'a profile, plan or lock that names what it changed', 'a search through the commits'];

function fromChange(change: ChangeRow, triages: readonly Incident[]): Hypothesis {
  const { kind, ref, service, title, verdict, why, at } = change;
  const search = triages.find((triage) => names(ref, culpritOf(triage)?.commit ?? ''));
  const isConfirmed = verdict === 'confirmed' || search !== undefined;
  const shown = search === undefined ? why : `the search of ${search.incidentId} names the commit`;
  const isRefuted = verdict === 'ruled-out-by-time' && !isConfirmed;
  return {
    id: `change:${ref}`,
    statement: `${kind} ${ref}${service === null ? '' : ` of ${service}`} (${title}) introduced it`,
    supports: isConfirmed ? [shown] : isRefuted ? [] : [`${at}: ${why}`],
    contradicts: isRefuted ? [`${at}: ${why}`] : [],
    untested: isConfirmed || isRefuted ? [] : settlers,
    status: isConfirmed ? 'confirmed' : isRefuted ? 'refuted' : 'open',
    testedBy: isConfirmed ? shown : isRefuted ? 'the order of time' : null,
  };
}

function fromService({ service, checks }: ServiceRow): Hypothesis[] {
  return checks
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ id, detail }) => ({
      id: `check:${service}:${id}`,
      statement: `${service} is not well: ${id}`,
      supports: [detail],
      contradicts: [],
      untested: ['whether it began before the symptom'],
      status: 'supported',
      testedBy: `check ${id}`,
    }));
}

/** Confirmed first, then by how much there is for them; refuted ones last, since they are the longest list and the least read. */
const order: Readonly<Record<Hypothesis['status'], number>> = { confirmed: 0, supported: 1, open: 2, refuted: 3 };

export function hypothesesOf(
  { changes, services }: { changes: readonly ChangeRow[]; services: readonly ServiceRow[] },
  triages: readonly Incident[],
): Hypothesis[] {
  const all = [
    ...triages.flatMap((triage) => triage.causes.map((cause) => fromCause(triage, cause))),
    ...changes.map((change) => fromChange(change, triages)),
    ...services.flatMap(fromService),
    ...triages.flatMap((triage) => (triage.notJudged ?? []).map((one) => fromNotJudged(triage, one))),
    ...triages.flatMap((triage) => triage.ruledOut.map((one) => fromRuledOut(triage, one))),
  ];
  return all
    .filter(({ id }, index) => all.findIndex((one) => one.id === id) === index)
    .map((hypothesis, index) => ({ hypothesis, index }))
    .sort((a, b) => order[a.hypothesis.status] - order[b.hypothesis.status] || a.index - b.index)
    .map(({ hypothesis }) => hypothesis);
}
