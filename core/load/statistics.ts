/** Rank statistics for few, noisy runs. Exact for small samples; formulas after Hodges & Lehmann (1963) and Hollander & Wolfe, ch. 3 and 4. */

export interface Interval {
  low: number;
  high: number;
  /** Coverage actually reached: at least what was asked for. */
  coverage: number;
}

/** Above this size on either side the normal approximation is as good as the exact count, and much cheaper. */
const exactBelow = 25;

function median(values: number[]): number {
  const sorted = ascending(values);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('median: expected at least one value, got none');
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Linear interpolation at q·(n − 1) of ascending values: what k6 prints as p(N), numpy's default, R's type 7. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('quantile: expected at least one value, got none');
  return below + (above - below) * (position - Math.floor(position));
}

/** Median of all differences `after − before`: the shift between two independent samples. */
export function hodgesLehmannShift(before: number[], after: number[]): number {
  return median(differences(before, after));
}

/** Interval of the shift by inverting the Mann–Whitney test; null when the samples are too few for the confidence (3 against 3 never reach 95 %). */
export function mannWhitneyInterval(before: number[], after: number[], confidence = 0.95): Interval | null {
  return trimmedInterval(ascending(differences(before, after)), rankSumTail(before.length, after.length), confidence);
}

/** Median of the Walsh averages of paired differences. */
export function pairedShift(paired: number[]): number {
  return median(walshAverages(paired));
}

/** Interval of the paired shift by inverting the signed-rank test; null below six pairs at 95 %. */
export function signedRankInterval(paired: number[], confidence = 0.95): Interval | null {
  return trimmedInterval(ascending(walshAverages(paired)), signedRankTail(paired.length), confidence);
}

/** Probability that a value of `after` is above one of `before`, ties counting half: 0.5 = no difference. */
export function probabilityOfSuperiority(before: number[], after: number[]): number {
  const all = differences(before, after);
  return all.reduce((sum, difference) => sum + (difference > 0 ? 1 : difference === 0 ? 0.5 : 0), 0) / all.length;
}

/** With more trials the normal approximation is as good as the sum (its error falls with 1/√n), and no count that a file tells keeps the sum busy without end. */
const mostSummedTrials = 1_000_000;

/** P(X ≥ successes) of a binomial, in log space so that ten thousand trials neither overflow nor vanish. */
export function binomialTail(trials: number, successes: number, probability: number): number {
  if (successes <= 0) return 1;
  if (successes > trials || probability <= 0) return 0;
  if (probability >= 1) return 1;
  if (trials > mostSummedTrials) {
    const mean = trials * probability;
    return 1 - normalCdf((successes - 0.5 - mean) / Math.sqrt(mean * (1 - probability)));
  }
  let logTerm = trials * Math.log1p(-probability);
  const odds = Math.log(probability) - Math.log1p(-probability);
  let tail = 0;
  for (let k = 0; k <= trials; k++) {
    if (k >= successes) tail += Math.exp(logTerm);
    logTerm += Math.log((trials - k) / (k + 1)) + odds;
  }
  return Math.min(1, tail);
}

/** Two-sided p of the difference of two ratios, pooled normal approximation. */
export function twoRatiosP(before: { hits: number; total: number }, after: { hits: number; total: number }): number {
  const pooled = (before.hits + after.hits) / (before.total + after.total);
  const variance = pooled * (1 - pooled) * (1 / before.total + 1 / after.total);
  if (!(variance > 0)) return 1;
  const z = Math.abs(before.hits / before.total - after.hits / after.total) / Math.sqrt(variance);
  return 2 * (1 - normalCdf(z));
}

function ascending(values: number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function differences(before: number[], after: number[]): number[] {
  return after.flatMap((late) => before.map((early) => late - early));
}

function walshAverages(values: number[]): number[] {
  return values.flatMap((value, index) => values.slice(index).map((other) => (value + other) / 2));
}

/** P(statistic ≤ k) under no difference. */
type Tail = (k: number) => number;

/** Drops as many extreme differences on each side as the confidence allows. */
function trimmedInterval(sorted: number[], tail: Tail, confidence: number): Interval | null {
  const alpha = (1 - confidence) / 2;
  if (sorted.length === 0 || tail(0) > alpha) return null;
  let dropped = 0;
  while (dropped + 1 < sorted.length / 2 && tail(dropped + 1) <= alpha) dropped++;
  const [low, high] = [sorted[dropped], sorted[sorted.length - 1 - dropped]];
  return low === undefined || high === undefined ? null : { low, high, coverage: 1 - 2 * tail(dropped) };
}

function rankSumTail(n: number, m: number): Tail {
  if (n >= exactBelow || m >= exactBelow) return normalTail((n * m) / 2, Math.sqrt((n * m * (n + m + 1)) / 12));
  return cumulative(rankSumCounts(n, m));
}

/** Ways to reach each U: the coefficients of the Gaussian binomial, one factor (1 − x^(m+i)) ÷ (1 − x^i) at a time. */
function rankSumCounts(n: number, m: number): number[] {
  const counts = new Array<number>(n * m + 1).fill(0);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = n * m; u >= m + i; u--) counts[u] = (counts[u] ?? 0) - (counts[u - m - i] ?? 0);
    for (let u = i; u <= n * m; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  return counts;
}

function signedRankTail(n: number): Tail {
  if (n >= exactBelow) return normalTail((n * (n + 1)) / 4, Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24));
  const counts = new Array<number>((n * (n + 1)) / 2 + 1).fill(0);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = counts.length - 1; sum >= rank; sum--) counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return cumulative(counts);
}

function cumulative(counts: number[]): Tail {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (k) => counts.slice(0, k + 1).reduce((sum, count) => sum + count, 0) / total;
}

function normalTail(mean: number, deviation: number): Tail {
  return (k) => normalCdf((k + 0.5 - mean) / deviation);
}

/** Abramowitz & Stegun 7.1.26, absolute error below 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = (series * Math.exp(-x * x)) / 2;
  return z >= 0 ? 1 - upper : upper;
}
