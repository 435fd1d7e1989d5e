import { logNormalCdf } from './normal.js';

/** One k6 run: index of its commit in the searched range (0 = good end) and the metric in units of the run-to-run noise. */
export interface ScaledRun {
  commit: number;
  value: number;
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
 * Kalman filter of `value = level + step · [commit ≥ split] + noise`, where the level may drift as a random walk with variance `drift` per run.
 * The noise variance is integrated out; the last term says that a regression goes up.
 */
export function filterStep(runs: readonly ScaledRun[], split: number, drift: number): StepEvidence {
  let level = 0;
  let step = 0;
  let [levelVariance, covariance, stepVariance] = [diffuse, 0, diffuse];
  let [logDeterminant, squares, counted] = [0, 0, 0];
  for (const [index, run] of runs.entries()) {
    if (index > 0) levelVariance += drift;
    const after = run.commit >= split ? 1 : 0;
    const residual = run.value - level - after * step;
    const gainLevel = levelVariance + after * covariance;
    const gainStep = covariance + after * stepVariance;
    const signal = gainLevel + after * gainStep;
    const spread = signal + observationNoise(residual, signal, squares, counted, index);
    logDeterminant += Math.log(spread);
    // While the start values are still open a residual says nothing about the noise.
    if (spread <= 1e3) {
      squares += (residual * residual) / spread;
      counted += 1;
    }
    level += (gainLevel / spread) * residual;
    step += (gainStep / spread) * residual;
    levelVariance -= (gainLevel * gainLevel) / spread;
    covariance -= (gainLevel * gainStep) / spread;
    stepVariance -= (gainStep * gainStep) / spread;
  }
  const noise = noiseVariance(squares, counted);
  const stepSd = Math.sqrt(Math.max(stepVariance, 1e-12) * noise);
  const logEvidence = -logDeterminant / 2 - (1 + counted / 2) * Math.log(noisePrior + squares / 2) + logNormalCdf(step / stepSd);
  return { logEvidence, step, stepSd, noise };
}

function noiseVariance(squares: number, counted: number): number {
  return (noisePrior + squares / 2) / (1 + counted / 2);
}

function observationNoise(residual: number, signal: number, squares: number, counted: number, index: number): number {
  if (index < robustAfter || counted < 4) return 1;
  const z = Math.abs(residual) / Math.sqrt((signal + 1) * noiseVariance(squares, counted));
  return z > outlierAt ? (z / outlierAt) ** 2 * (signal + 1) - signal : 1;
}
