import { seconds } from '../../model/figures.js';
import { binomialTail } from '../statistics.js';

/**
 * How much must have been measured before a run may say anything.
 *
 * "Not reproduced" needs 20 s and 200 requests, and ten requests beyond the judged percentile (p95: 200, p99: 1000), below which the percentile
 * is decided by a handful of them. When even the slowest request was within the budget, three times 1 ÷ (1 − q) do: the rule of three, a 95 %
 * bound on what was never seen. "Confirmed" needs less, since it stands on what was seen: 10 s, and 100 requests or three beyond the percentile.
 */
const green = { durationMs: 20_000, requests: 200, beyond: 10, beyondUnseen: 3 };
const red = { durationMs: 10_000, requests: 100, beyond: 3 };
/** With fewer, only a break that chance would give once in a thousand runs. Requests of one moment share its stalls, hence the seconds. */
const overwhelming = { durationMs: 5_000, requests: 20, chance: 0.001 };

export interface Measured {
  /** Null: the file does not tell; then the number of requests alone decides. */
  durationMs: number | null;
  samples: number;
  /** What was counted; requests unless it says otherwise. */
  unit?: 'requests' | 'samples' | undefined;
  /** Not one more than `samples`, perhaps fewer. */
  isAtMost?: boolean | undefined;
}

/** Null = enough to say that this percentile is within its budget; otherwise what is missing, in words. `quantile` 0 = a ratio or a rate. */
export function lackForGreen(measured: Measured, quantile: number, isSlowestWithin: boolean): string | null {
  const beyond = (isSlowestWithin ? green.beyondUnseen : green.beyond) / (1 - quantile);
  const requests = Math.max(green.requests, Math.ceil(beyond - 1e-9));
  return lack(measured, { durationMs: green.durationMs, requests });
}

/** Null = enough to say that this budget is broken by more than a few unlucky requests. */
export function lackForRed(measured: Measured, quantile: number): string | null {
  const requests = Math.max(red.requests, Math.ceil(red.beyond / (1 - quantile) - 1e-9));
  return lack(measured, { durationMs: red.durationMs, requests });
}

/** True when at least `beyond` of the samples break a budget that only `allowedShare` of them may break, and chance cannot explain it. */
export function isOverwhelming(measured: Measured, beyond: number, allowedShare: number): boolean {
  if (measured.samples < overwhelming.requests) return false;
  if (measured.durationMs !== null && measured.durationMs < overwhelming.durationMs) return false;
  return binomialTail(measured.samples, beyond, allowedShare) < overwhelming.chance;
}

/** Nobody was answered for as long as a verdict needs: few requests, since each of them waited that long. */
export function isMute(measured: Measured): boolean {
  return measured.samples > 0 && measured.durationMs !== null && measured.durationMs >= red.durationMs;
}

function lack(measured: Measured, needed: { durationMs: number; requests: number }): string | null {
  if (measured.samples < needed.requests)
    return `${needed.requests} ${measured.unit ?? 'requests'} are needed, there were ${measured.isAtMost === true ? 'at most ' : ''}${measured.samples}`;
  // Half a per cent of grace: a run of 20 s ends a moment before or after.
  if (measured.durationMs !== null && measured.durationMs < needed.durationMs * 0.995) {
    return `${needed.durationMs / 1000} s are needed, there were ${seconds(measured.durationMs)}`;
  }
  return null;
}
