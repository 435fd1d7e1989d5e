/** Why, and why again: a walk from the symptom over what was measured, which ends where nothing was. */
import { placeIds } from '../../diagnosis/causality.js';
import { ms, percent } from '../../diagnosis/figures.js';
import type { AccountingLine } from '../../model/diagnosis.js';
import type { Cause } from '../../model/cause.js';
import type { Incident } from '../../model/incident.js';
import type { ChangeRow } from '../incident/findings.js';
import { cite } from './cite.js';
import { culpritOf } from './hypotheses.js';

export interface Why {
  n: number;
  question: string;
  answer: string | null;
  evidence: string[];
  /** What to collect where the answer is not known; null where it is. */
  collect: string | null;
  /** `A`, `B` …: where more than one cause holds a large part, each has its own line of questions. */
  branch: string;
}

/** A cause with a smaller part of the latency gets no line of its own (knowledge of incident command, §4: branch above 20 %). */
const branchShare = 0.2;

type Step = Omit<Why, 'n' | 'branch'>;

function symptomOf({ endpoint, confirmation }: Incident): string {
  const reasons = confirmation?.verdict === 'confirmed' ? confirmation.reasons : [];
  return reasons.length === 0 ? `Why is ${endpoint} slow?` : `Why is ${endpoint} beyond its budget (${reasons.join('; ')})?`;
}

function largest(lines: readonly AccountingLine[]): AccountingLine | undefined {
  return [...lines].filter(({ resource }) => resource !== 'unattributed').sort((a, b) => b.share - a.share)[0];
}

function whereTimeGoes(triage: Incident): Step {
  const question = symptomOf(triage);
  const line = largest(triage.accounting);
  if (line === undefined) {
    const collect = triage.missingEvidence.map(({ remedy }) => remedy)[0] ?? 'a load window in which the budget breaks, with its captures';
    return { question, answer: null, evidence: [], collect };
  }
  const answer = `${percent(line.share)} of the mean latency, ${ms(line.perRequestMs)} a request, is ${line.label}`;
  return { question, answer, evidence: cite(triage, line.evidence), collect: null };
}

function whatDefect(triage: Incident, cause: Cause | null): Step {
  if (cause === null || placeIds.has(cause.id)) {
    const label = cause?.summary ?? `${largest(triage.accounting)?.label ?? 'it'} takes its time`;
    const collect = triage.missingEvidence.map(({ remedy }) => remedy)[0] ?? 'a profile and plans of the same load';
    return { question: `Why is that so? (${label})`, answer: null, evidence: cite(triage, cause?.evidence ?? []), collect };
  }
  return {
    question: `Why does it take ${percent(cause.share)} of the latency?`,
    answer: cause.summary,
    evidence: cite(triage, cause.evidence),
    collect: null,
  };
}

function whatIntroduced(triage: Incident, cause: Cause, changes: readonly ChangeRow[]): Step {
  const question = `Why is ${cause.id} there now?`;
  const culprit = culpritOf(triage);
  if (culprit !== null) {
    const answer = `commit ${culprit.commit.slice(0, 12)} ("${culprit.subject}") introduced it`;
    return { question, answer, evidence: [`the search of ${triage.incidentId}`], collect: null };
  }
  const confirmed = changes.find(({ verdict, service }) => verdict === 'confirmed' && (service === null || service === triage.service));
  if (confirmed !== undefined) {
    const answer = `${confirmed.kind} ${confirmed.ref} (${confirmed.title}) introduced it`;
    return { question, answer, evidence: [confirmed.why], collect: null };
  }
  const suspects = changes.filter(({ verdict }) => verdict === 'suspected').map(({ kind, ref }) => `${kind} ${ref}`);
  const told = suspects.length === 0 ? 'no change before the onset was found' : `suspected by time only: ${suspects.join(', ')}`;
  return { question, answer: null, evidence: [], collect: `${told}; search with: perf-responder bisect ${triage.endpoint}` };
}

/** Where evidence ends and people go on. It is asked, never answered by us. */
function whatGuard(isAlerted: boolean, triage: Incident): Step {
  const lacks = [...(isAlerted ? [] : ['no alert told of it']), `no load test of ${triage.endpoint} stood before the change`];
  return {
    question: 'Which check should have caught it before users did?',
    answer: null,
    evidence: [],
    collect: `for people to answer; as far as the record shows, ${lacks.join(', and ')}`,
  };
}

function lineOf(triage: Incident, cause: Cause | null, known: { changes: readonly ChangeRow[]; isAlerted: boolean }): Step[] {
  const where = whereTimeGoes(triage);
  if (where.answer === null) return [where];
  const defect = whatDefect(triage, cause);
  if (cause === null || defect.answer === null) return [where, defect];
  const introduced = whatIntroduced(triage, cause, known.changes);
  return introduced.answer === null ? [where, defect, introduced] : [where, defect, introduced, whatGuard(known.isAlerted, triage)];
}

/** A letter for each line of questions; after Z come AA, AB … */
function letter(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest === 0 ? '' : letter(rest - 1)}${String.fromCharCode(65 + (index % 26))}`;
}

export function whysOf(triages: readonly Incident[], known: { changes: readonly ChangeRow[]; isAlerted: boolean }): Why[] {
  const lines = triages.flatMap((triage) => {
    const large = triage.causes.filter(({ share }) => share > branchShare);
    const causes = large.length === 0 ? triage.causes.slice(0, 1) : large;
    return causes.length === 0 ? [lineOf(triage, null, known)] : causes.map((cause) => lineOf(triage, cause, known));
  });
  return lines.flatMap((steps, index) => steps.map((step, place) => ({ n: place + 1, ...step, branch: letter(index) })));
}
