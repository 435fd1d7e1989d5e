import { causeTitle } from '../../core/model/cause-titles.js';
import type { Cause, ConfidenceBasis } from '../../core/model/cause.js';
import type { Incident } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { cite, code, paragraph, rich, strong, type Block, type Rich, type Section } from '../rich-text.js';
import { confidenceWord, percent, sentence } from '../words.js';
import { describeLocation, isStatementOnly } from './location.js';

/** `high confidence (0.91)`. */
export function confidenceText({ confidence }: Pick<Cause, 'confidence'>): string {
  return `${confidenceWord(confidence)} confidence (${confidence.toFixed(2)})`;
}

/** What the confidence rests on. */
function basisText(basis: ConfidenceBasis | undefined): string {
  if (basis === undefined) return '';
  const { hits, cases, interval } = basis;
  if (cases === 0) return ': no recorded window has evidence of this kind yet';
  return `: evidence of this kind was right in ${hits} of ${cases} recorded windows (95 % interval ${percent(interval[0])} to ${percent(interval[1])})`;
}

/** Plain words with the id beside them: `Missing index (missing-index)`. */
export function titled(id: Cause['id']): Rich {
  return rich`${causeTitle(id)} (${code(id)})`;
}

export function causeSection({ incident }: ReportInput): Section {
  return { id: 'cause', title: 'Localized cause', blocks: causeBlocks(incident) };
}

function causeBlocks(incident: Incident): Block[] {
  const { causes } = incident;
  if (causes.length === 0) return [paragraph(whyNoCause(incident))];
  const intro = causes.length > 1 ? [paragraph([`${causes.length} causes, ordered by their share of the mean latency:`])] : [];
  return [...intro, ...causes.map((cause, index) => paragraph(describeCause(cause, index === 0)))];
}

/** What of the symptom goes away with the cause: a server without slots makes requests fail, and says nothing of the time that the others take. */
export function explained({ id, share }: Pick<Cause, 'id' | 'share'>): string {
  return id === 'connection-limit' ? 'why requests fail' : `${percent(share)} of the mean latency`;
}

/** The verdict on top gives the reason of the first cause; it is not said twice. */
function describeCause(cause: Cause, isToldAbove: boolean): Rich {
  const where = isToldAbove && isStatementOnly(cause.location) ? [] : describeLocation(cause.location);
  const at = where.length === 0 ? [] : rich` at ${where}`;
  const why = isToldAbove ? '' : ` ${sentence(cause.summary)}`;
  return rich`${strong(...titled(cause.id))}. Component: ${cause.component}${at}.${why} It explains ${explained(cause)}, with ${confidenceText(cause)}${basisText(cause.basis)}.${cite(cause.evidence)}`;
}

function whyNoCause(incident: Incident): Rich {
  const verdict = incident.confirmation?.verdict;
  if (incident.outcome === 'refused' || verdict === undefined) return ['None: nothing was measured.'];
  if (verdict === 'not-reproduced') return ['None: the symptom did not show.'];
  if (verdict === 'unproven') return ['None: a run that proves nothing has no cause.'];
  if (incident.outcome === null) return ['Not localized yet.'];
  const more = diagnosisReasons(incident).slice(reasonsAbove).map(sentence);
  return [['None is named: a wrong cause costs more than an open question. What is known is told at the top.', ...more].join(' ')];
}

/** So many reasons are told at the top where no cause is. */
export const reasonsAbove = 3;

/** The reasons of the diagnosis: those of the run itself are told in the lines above. */
export function diagnosisReasons({ reasons, confirmation }: Incident): string[] {
  const told = new Set(confirmation?.reasons ?? []);
  return reasons.filter((reason) => !told.has(reason));
}
