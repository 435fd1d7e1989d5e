import type { Cause, ConfidenceBasis, Incident } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { cite, code, paragraph, rich, strong, type Block, type Rich, type Section } from '../rich-text.js';
import { confidenceWord, percent } from '../words.js';
import { describeLocation } from './location.js';

/** `high confidence (0.91)`. */
export function confidenceText({ confidence, basis }: Pick<Cause, 'confidence' | 'basis'>): string {
  return `${confidenceWord(confidence)} confidence (${confidence.toFixed(2)}${basis === undefined ? '' : `: ${basisText(basis)}`})`;
}

/** What the confidence rests on: `evidence of this kind was right in 4 of 4 recorded windows, 51 % to 100 %`. */
function basisText({ hits, cases, interval: [low, high] }: ConfidenceBasis): string {
  if (cases === 0) return 'no recorded window has evidence of this kind yet';
  return `evidence of this kind was right in ${hits} of ${cases} recorded windows, 95 % interval ${percent(low)} to ${percent(high)}`;
}

export function causeSection({ incident }: ReportInput): Section {
  return { id: 'cause', title: 'Localized cause', blocks: causeBlocks(incident) };
}

function causeBlocks(incident: Incident): Block[] {
  const { causes, outcome } = incident;
  if (causes.length === 0) return [paragraph(whyNoCause(incident))];
  const intro =
    outcome === 'mixed' || causes.length > 1 ? [paragraph([`${causes.length} causes, ordered by their share of the mean latency:`])] : [];
  return [...intro, ...causes.map((cause) => paragraph(describeCause(cause)))];
}

function describeCause(cause: Cause): Rich {
  const where = describeLocation(cause.location);
  const at = where.length === 0 ? [] : rich` at ${where}`;
  return rich`${strong(code(cause.id))} (${cause.component})${at}. ${sentence(cause.summary)} It explains ${percent(cause.share)} of the mean latency, with ${confidenceText(cause)}.${cite(cause.evidence)}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

function whyNoCause(incident: Incident): Rich {
  const verdict = incident.confirmation?.verdict;
  if (incident.outcome === 'refused' || verdict === undefined) return ['None: nothing was measured.'];
  if (verdict === 'not-reproduced') return ['None: the symptom did not show in this load, and no cause is looked for without one.'];
  if (verdict === 'unproven') return ['None: the run does not prove the symptom, and no cause is looked for without one.'];
  if (incident.outcome === null) return ['Not localized yet.'];
  const why = diagnosisReasons(incident);
  return rich`None is named: a wrong cause costs more than an open question. ${why.length === 0 ? '' : `What is known: ${why.map(sentence).join(' ')}`}`;
}

/** The reasons of the diagnosis: those of the run itself are told in the lines above. */
export function diagnosisReasons({ reasons, confirmation }: Incident): string[] {
  const told = new Set(confirmation?.reasons ?? []);
  return reasons.filter((reason) => !told.has(reason));
}
