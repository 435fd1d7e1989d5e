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

/** Plain words with the id: `Missing index (missing-index)`. */
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

/** Which part of the symptom goes away with the cause. A server without slots makes requests fail, and says nothing about the time that the others take. */
export function explained({ id, share }: Pick<Cause, 'id' | 'share'>): string {
  return id === 'connection-limit' ? 'why requests fail' : `${percent(share)} of the mean latency`;
}

/** The verdict at the top gives the reason of the first cause, so it is not repeated here. */
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

/** Number of reasons at the top when there is no cause. */
export const reasonsAbove = 3;

/** The reasons of the diagnosis; the lines above have those of the run itself. */
export function diagnosisReasons({ reasons, confirmation }: Incident): string[] {
  const told = new Set(confirmation?.reasons ?? []);
  return reasons.filter((reason) => !told.has(reason));
}
