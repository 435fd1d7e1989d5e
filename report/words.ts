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

/** Words for 0..1; the number is always printed beside them. The lab's hit rate, not these words, says how far they can be trusted. */
export function confidenceWord(confidence: number): string {
  return confidence >= 0.8 ? 'high' : confidence >= 0.6 ? 'moderate' : 'low';
}

/** With its full stop, unless it ends in one. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
