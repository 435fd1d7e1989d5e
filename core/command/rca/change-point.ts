/** When a measured series began to be another one. */

export interface Sample {
  /** Milliseconds of the epoch. */
  atMs: number;
  value: number;
}

export interface ChangePoint {
  /** The first sample of the new level, in milliseconds of the epoch. */
  atMs: number;
  /** Half the width of the range in which the change lies with 95 %. */
  uncertaintyMs: number;
  direction: 'up' | 'down';
  /** How far the new level lies from the old one, in robust standard deviations of the old one. Infinite where the old one never moved. */
  score: number;
  before: number;
  after: number;
}

/** A median and a spread of fewer samples say little: with five, one outlier cannot move the median by more than one rank. */
const leastBefore = 5;
/** One sample could be a pause; two in a row are a level. */
const leastAfter = 2;
/** Shewhart's limit of control charts: beyond three deviations is no noise of the level before. */
const limit = 3;
/** Half of the 95 % point of chi-square with one degree of freedom: splits whose likelihood is this near to the best one's cannot be told from it. */
const likelihoodSlack = 1.92;
/** For a normal level, the interquartile range is this many standard deviations. */
const iqrDeviations = 1.349;

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / iqrDeviations;
}

/** Squares around the mean of each side, for every split: what a change of the mean explains best has the smallest sum. */
function costs(values: readonly number[]): number[] {
  const sums = [0];
  const squares = [0];
  for (const value of values) {
    sums.push((sums.at(-1) ?? 0) + value);
    squares.push((squares.at(-1) ?? 0) + value * value);
  }
  const cost = (from: number, to: number): number => {
    const sum = (sums[to] ?? 0) - (sums[from] ?? 0);
    return Math.max((squares[to] ?? 0) - (squares[from] ?? 0) - (sum * sum) / (to - from), 0);
  };
  return values.map((_, split) =>
    split < leastBefore || values.length - split < leastAfter ? Infinity : cost(0, split) + cost(split, values.length),
  );
}

/** Samples that may be wild on either side: one, or two of a hundred. They are drawn to the next one, so that they move no split. */
const wildShare = 0.02;

function tamed(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const wild = Math.max(1, Math.floor(values.length * wildShare));
  const [low, high] = [sorted[wild] ?? 0, sorted[sorted.length - 1 - wild] ?? 0];
  return values.map((value) => Math.min(Math.max(value, low), high));
}

/**
 * The split that explains a series best as two levels, or null where it is one level: too few samples, or a step within the noise of before. Samples
 * are in the order of time.
 */
export function changePoint(series: readonly Sample[]): ChangePoint | null {
  const usable = series.filter(({ value }) => Number.isFinite(value));
  if (usable.length < leastBefore + leastAfter) return null;
  const values = usable.map(({ value }) => value);
  const cost = costs(tamed(values));
  const best = Math.min(...cost);
  const split = cost.indexOf(best);
  const [before, after] = [median(values.slice(0, split)), median(values.slice(split))];
  const deviation = spread(values.slice(0, split));
  const score = deviation === 0 ? (before === after ? 0 : Infinity) : Math.abs(after - before) / deviation;
  if (score < limit) return null;
  const [at, previous] = [usable[split]?.atMs ?? 0, usable[split - 1]?.atMs ?? 0];
  const likely = cost.flatMap((one, index) => {
    const isLikely = one === best || (values.length / 2) * Math.log(one / best) <= likelihoodSlack;
    return isLikely ? [usable[index]?.atMs ?? at] : [];
  });
  const uncertaintyMs = Math.max(at - Math.min(...likely), Math.max(...likely) - at) + (at - previous);
  return { atMs: at, uncertaintyMs, direction: after > before ? 'up' : 'down', score, before, after };
}
