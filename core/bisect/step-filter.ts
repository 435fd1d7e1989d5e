import { logNormalCdf } from './normal.js';

/** One k6 run: index of its commit in the searched range (0 = good end), the metric in units of the run-to-run noise, and where it ran. */
export interface ScaledRun {
  commit: number;
  value: number;
  /** Machines differ in speed and in weather: each has a level of its own. */
  host: string;
}

/** Likelihood of the runs if commit `split` introduced the step, and the step itself. */
export interface StepEvidence {
  logEvidence: number;
  /** Step and its standard deviation in units of the noise; the estimate of the noise variance (1 when the scale was right). */
  step: number;
  stepSd: number;
  noise: number;
}

/** Variance of the start values: anything, for data in units of the noise. */
const diffuse = 1e4;
/** Inverse-gamma prior of the noise variance, shape 1 and this scale: weak, and it keeps the evidence finite for equal runs. */
const noisePrior = 0.05;
/** A run more than three deviations off is down-weighted once this many runs told what a deviation is. */
const robustAfter = 8;
const outlierAt = 3;

/**
 * Kalman filter of `value = level[host] + step · [commit ≥ split] + noise`, where the level of a host may drift as a random walk with variance
 * `drift` per run on it. The noise variance is integrated out; the last term says that a regression goes up. A host that ran on one side of
 * the split only tells nothing about the step.
 */
export function filterStep(runs: readonly ScaledRun[], split: number, drift: number): StepEvidence {
  const hosts = [...new Set(runs.map((run) => run.host))];
  const state = openState(hosts.length);
  const seen = new Set<string>();
  let [logDeterminant, squares, counted] = [0, 0, 0];
  for (const [index, run] of runs.entries()) {
    const level = hosts.indexOf(run.host);
    if (seen.has(run.host)) widen(state, level, drift);
    seen.add(run.host);
    const { residual, signal, gain } = predict(state, level, run.commit >= split, run.value);
    const spread = signal + observationNoise(residual, signal, squares, counted, index);
    logDeterminant += Math.log(spread);
    // While the start values are still open a residual says nothing about the noise.
    if (spread <= 1e3) {
      squares += (residual * residual) / spread;
      counted += 1;
    }
    learn(state, gain, residual, spread);
  }
  const noise = noiseVariance(squares, counted);
  const step = state.mean.at(-1) ?? 0;
  const stepSd = Math.sqrt(Math.max(state.covariance.at(-1)?.at(-1) ?? diffuse, 1e-12) * noise);
  const logEvidence = -logDeterminant / 2 - (1 + counted / 2) * Math.log(noisePrior + squares / 2) + logNormalCdf(step / stepSd);
  return { logEvidence, step, stepSd, noise };
}

/** One level a host, then the step, with their covariances. */
interface FilterState {
  mean: number[];
  covariance: number[][];
}

function openState(hosts: number): FilterState {
  const size = hosts + 1;
  return {
    mean: new Array<number>(size).fill(0),
    covariance: Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => (row === column ? diffuse : 0))),
  };
}

function widen({ covariance }: FilterState, level: number, drift: number): void {
  const row = covariance[level];
  if (row !== undefined) row[level] = (row[level] ?? 0) + drift;
}

/** What the next value should be, how far off it is, and how much each part of the state has to do with it. */
function predict(
  { mean, covariance }: FilterState,
  level: number,
  isAfter: boolean,
  value: number,
): { residual: number; signal: number; gain: number[] } {
  const step = mean.length - 1;
  const gain = covariance.map((row) => (row[level] ?? 0) + (isAfter ? (row[step] ?? 0) : 0));
  return {
    residual: value - (mean[level] ?? 0) - (isAfter ? (mean[step] ?? 0) : 0),
    signal: (gain[level] ?? 0) + (isAfter ? (gain[step] ?? 0) : 0),
    gain,
  };
}

function learn(state: FilterState, gain: readonly number[], residual: number, spread: number): void {
  state.mean = state.mean.map((mean, index) => mean + ((gain[index] ?? 0) / spread) * residual);
  state.covariance = state.covariance.map((row, index) =>
    row.map((covariance, column) => covariance - ((gain[index] ?? 0) * (gain[column] ?? 0)) / spread),
  );
}

function noiseVariance(squares: number, counted: number): number {
  return (noisePrior + squares / 2) / (1 + counted / 2);
}

function observationNoise(residual: number, signal: number, squares: number, counted: number, index: number): number {
  if (index < robustAfter || counted < 4) return 1;
  const z = Math.abs(residual) / Math.sqrt((signal + 1) * noiseVariance(squares, counted));
  return z > outlierAt ? (z / outlierAt) ** 2 * (signal + 1) - signal : 1;
}
