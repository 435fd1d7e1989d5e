/** What the trials of an advised index say. */
import type { IndexCandidate, IndexTrial } from '../../../model/database.js';
import { ms } from '../../figures.js';

/**
 * The first kind of values for which the index makes the statement slower, or null. An index that is slower with the window's own values is no candidate.
 */
export function harmOf({ tried }: IndexCandidate): IndexTrial | null {
  return tried?.find(({ isSlower }) => isSlower === true) ?? null;
}

const names: Record<IndexTrial['values'], string> = {
  plan: 'the values of the plan',
  common: 'the most frequent values',
  rare: 'values that hardly a row has',
  absent: 'values that no row has',
};

/** Stands beside the advice: what gets slower, or with how many kinds of values nothing does. Empty when nothing was tried. */
export function trialsText(candidate: IndexCandidate): string {
  const harm = harmOf(candidate);
  if (harm !== null) return ` Tried with ${names[harm.values]}: ${howMuch(harm)}, so the index makes these calls slower (estimated).`;
  const judged = (candidate.tried ?? []).filter(({ isSlower }) => isSlower === false);
  if (judged.length < 2) return '';
  return ` Tried with ${judged.length} kinds of values, ${names[judged.at(-1)?.values ?? 'plan']} among them: none gets slower (estimated).`;
}

function howMuch({ matches, beforeMs, rowsThrough, cost }: IndexTrial): string {
  const now = beforeMs === null ? '' : `, ${ms(beforeMs)} now`;
  if (rowsThrough !== null) return `${matches ?? 0} rows match${now}, and the index would lead through ${rowsThrough} rows one by one`;
  return `planner cost ${cost?.before.toFixed(0) ?? 'unknown'} → ${cost?.after.toFixed(0) ?? 'unknown'}${now}`;
}
