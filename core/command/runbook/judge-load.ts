import type { Confirmation } from '../../model/load-result.js';

/** A load that shows the symptom fails its step; one that proves nothing (too few requests, broken) proves no health either. */
export function judgeLoad({ verdict, observed, requests, reasons }: Confirmation): { isGood: boolean; detail: string } {
  const p95 = observed.p95Ms === null ? 'no request was answered' : `p95 ${Math.round(observed.p95Ms)} ms`;
  const numbers = `${p95}, ${(observed.errorRatio * 100).toFixed(1)} % of ${requests} requests failed`;
  if (verdict === 'not-reproduced') return { isGood: true, detail: `within its budget: ${numbers}` };
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return { isGood: false, detail: `${verdict === 'confirmed' ? 'outside its budget' : 'proves nothing'}: ${numbers}${why}`.slice(0, 500) };
}
