/** Figures are written as the rest of the product writes them. */
export {
  average,
  bytes,
  count,
  duration,
  limitMs,
  milliseconds,
  percent,
  plural,
  requestRate,
  shareWithInterval,
  times,
} from '../core/model/figures.js';

/** `2026-11-24 02:58:11 UTC`; an unreadable time is given back as it came. */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * Words for 0..1, of the number as it is printed beside them: 0.80 is high wherever it stands. The lab's hit rate, not these words, says how far they can
 * be trusted.
 */
export function confidenceWord(confidence: number): string {
  const printed = Number(confidence.toFixed(2));
  return printed >= 0.8 ? 'high' : printed >= 0.6 ? 'moderate' : 'low';
}

/** With its full stop, unless it ends in one. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
