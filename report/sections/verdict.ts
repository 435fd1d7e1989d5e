import type { Cause } from '../../core/model/cause.js';
import type { Incident } from '../../core/model/incident.js';
import { cite, code, join, rich, typed, type Rich } from '../rich-text.js';
import { milliseconds, percent, plural } from '../words.js';
import { remedyText, rerunCommand, triageCommand } from './actions.js';
import { accountRows } from './accounting.js';
import { shellWord } from '../shell-word.js';
import { nextStep } from './bisect.js';
import { changeSentence } from './change.js';
import { confidenceText, diagnosisReasons, explained, reasonsAbove } from './cause.js';
import { sortRuledOut } from './ruled-out.js';
import { remedyOfMissing, type RemedyInput } from './missing-remedy.js';
import { gapToldAbove, isEndedAtOnce } from './next-step.js';
import { nameCause } from './location.js';
import { ratioText } from './reruns.js';
import { worstSymptom } from './symptom.js';

/** `good` and `bad` are certain; `unsure` means that the responder does not know. */
export type Tone = 'good' | 'bad' | 'unsure';

export interface Verdict {
  tone: Tone;
  /** One or two words for a badge. */
  badge: string;
  headline: Rich;
  rows: { label: string; text: Rich }[];
}

/** What, why, how certain, what to do: the whole report for somebody who reads five lines at night. */
export function verdictOf(input: RemedyInput): Verdict {
  const { incident } = input;
  const rows = [
    { label: 'What', text: [whatHappens(incident)] },
    { label: 'Why', text: why(incident) },
    { label: 'How sure', text: [howSure(incident)] },
    { label: 'Do now', text: doNow(input) },
    ...proof(incident),
    ...(incident.bisect === null ? [] : [{ label: 'Change', text: changeSentence(incident.bisect) }]),
  ];
  return { tone: toneOf(incident), badge: incident.outcome ?? 'in progress', headline: headline(incident), rows };
}

function toneOf({ outcome }: Incident): Tone {
  switch (outcome) {
    case 'resolved':
      return 'good';
    case 'localized':
    case 'mixed':
    case 'capacity':
    case 'still-failing':
      return 'bad';
    case 'not-reproduced':
    case 'unproven':
    case 'inconclusive':
    case 'refused':
    case null:
      return 'unsure';
  }
}

/** The first line of the report, without a final stop. */
export function headline({ outcome, causes, bisect, accounting }: Incident): Rich {
  const named = join(
    causes.map((cause) => nameCause(cause)),
    ' and ',
  );
  const withCause = (text: string): Rich => (causes.length === 0 ? [text] : rich`${text}: ${named}`);
  switch (outcome) {
    case 'localized':
      return withCause('Cause found');
    case 'mixed':
      return withCause(`${causes.length} causes found`);
    case 'capacity':
      return ['The load is more than the service can take within its budget; no single defect is to blame'];
    case 'resolved':
      return withCause('Resolved, proven by the same load');
    case 'still-failing':
      return withCause('Still failing after the re-run');
    case 'not-reproduced':
      return ['Not reproduced: the endpoint keeps its budget under this load'];
    case 'unproven':
      return ['Unproven: the run cannot tell whether the symptom is there'];
    case 'inconclusive':
      if (bisect?.outcome === 'culprit' && bisect.culprit !== null)
        return rich`Symptom confirmed, introduced by commit ${code(bisect.culprit.commit.slice(0, 12))} ${code(bisect.culprit.subject)}`;
      return [`Symptom confirmed, cause not found${mostHeld(accounting)}`];
    case 'refused':
      return ['Refused: nothing was done'];
    case null:
      return ['In progress'];
  }
}

/** `: 83 % of the mean latency is queued in front of the busy service`: the place, when the reason is unknown. */
function mostHeld(accounting: Incident['accounting']): string {
  const most = accountRows(accounting)[0];
  return most === undefined || most.resource === 'unattributed' ? '' : `; ${percent(most.share)} of the mean latency: ${most.label}`;
}

function whatHappens({ confirmation, symptom }: Incident): string {
  if (confirmation === null) return symptom === null ? 'nothing was measured' : `${symptom.text} was reported, nothing was measured`;
  const measured = worstSymptom(confirmation);
  if (confirmation.verdict === 'confirmed') return measured;
  return symptom === null ? measured : `${symptom.text} was reported; under this load ${measured}`;
}

function why(incident: Incident): Rich {
  const first = incident.causes[0];
  if (first !== undefined) {
    const more = incident.causes.length > 1 ? ` ${plural(incident.causes.length - 1, 'further cause')} below.` : '';
    return rich`${first.summary}${cite(first.evidence)}${more}`;
  }
  const { confirmation, outcome } = incident;
  const own = outcome === 'not-reproduced' || outcome === 'unproven' ? (confirmation?.reasons ?? []) : diagnosisReasons(incident);
  const reasons = own.length > 0 ? own : incident.reasons;
  return [reasons.slice(0, reasonsAbove).join('; ') || 'no reason was recorded'];
}

function howSure(incident: Incident): string {
  const first = incident.causes[0];
  const { disproved } = sortRuledOut(incident.ruledOut);
  const out = disproved.length === 0 ? '' : `; ${plural(disproved.length, 'other cause')} disproved`;
  if (first !== undefined) return `${causeCertainty(first)}${out}${gaps(incident)}`;
  const { outcome, confirmation } = incident;
  if (outcome === 'refused') return 'certain: nothing was started';
  if (outcome === 'not-reproduced')
    return `a passing run proves only this load at this moment (${plural(confirmation?.requests ?? 0, 'request')})`;
  if (outcome === 'unproven') return 'not at all: this run is no proof either way';
  if (incident.bisect?.outcome === 'culprit') return `the commit is measured against its parent; why it is slow is not known${out}`;
  return `no cause is named rather than a wrong one${out}${gaps(incident)}`;
}

function causeCertainty({ id, share, confidence, basis }: Cause): string {
  const record = basis === undefined || basis.cases === 0 ? '' : `, right in ${basis.hits} of ${basis.cases} recorded windows`;
  return `${confidenceText({ confidence })}${record}; explains ${explained({ id, share })}`;
}

function gaps({ missingEvidence }: Incident): string {
  return missingEvidence.length === 0 ? '' : `; ${plural(missingEvidence.length, 'piece')} of evidence missing`;
}

function doNow(input: RemedyInput): Rich {
  const { incident } = input;
  const first = incident.causes[0];
  if (incident.outcome === 'resolved') return ['Nothing; keep an eye on it'];
  if (first !== undefined && first.remedy.kind !== 'none') {
    return rich`${remedyText(first.remedy)} Then prove it: ${typed(rerunCommand(incident))}`;
  }
  if (isEndedAtOnce(incident)) {
    const lead =
      incident.outcome === 'not-reproduced'
        ? 'If the alert still fires, send the load that production sees (--rate, --script): '
        : incident.outcome === 'unproven'
          ? 'Send more (--rate, --vus) or for longer (--duration), as the reason above asks: '
          : 'Correct that, then ';
    return rich`${lead}${typed(triageCommand(incident))}`;
  }
  if (incident.bisect?.outcome === 'culprit') return nextStep(incident.bisect, incident);
  if (incident.bisect === null && incident.bisectId !== undefined)
    return rich`Wait for the commit bisector, which searches now, and read the evidence; follow it with ${typed(`perf-responder bisect ${shellWord(incident.bisectId)}`)}`;
  const gap = gapToldAbove(incident);
  if (gap !== null)
    return rich`${/^(why|what|how|which|where|whose|whether) /.test(gap.what) ? 'Find out' : 'Get'} ${gap.what}: ${remedyOfMissing(gap, input)}`;
  return incident.outcome === null ? ['Wait for the report'] : rich`Look at the evidence below, or hand off to the commit bisector`;
}

function proof({ reruns }: Incident): Verdict['rows'] {
  const last = reruns.at(-1);
  if (last === undefined) return [];
  const text = `p95 ${milliseconds(last.before.p95Ms)} → ${milliseconds(last.after.p95Ms)}, ${ratioText(last)}; ${last.verdict}, ${last.withinBudget ? 'within budget' : 'not within budget'}`;
  return [{ label: 'Proof', text: [text] }];
}
