/** Reports write figures as the rest of the product does. */
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

/** `2026-11-24 02:58:11 UTC`; a time that cannot be read is returned unchanged. */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * Words for 0..1, by the number as it is printed beside them, so that 0.80 is always high. How far they can be trusted is shown by the lab's hit rate, not
 * by these words.
 */
export function confidenceWord(confidence: number): string {
  const printed = Number(confidence.toFixed(2));
  return printed >= 0.8 ? 'high' : printed >= 0.6 ? 'moderate' : 'low';
}

/** Adds a full stop, unless the text ends in one. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
