import { filterStep, type ScaledRun } from './step-filter.js';

/** Random-walk variance of the level per run, in units of the noise variance: none, slow, and what a shared machine does. */
const driftGrid = [0, 0.02, 0.1, 0.4] as const;

export interface Posterior {
  /** Probability that the commit with this index introduced the step; index 0 (the good end) is always 0. They sum to 1. */
  byCommit: number[];
  /** Step in units of the noise, averaged over what is possible, and its standard deviation. */
  step: number;
  stepSd: number;
}

/**
 * Posterior of the change point. All splits between two neighbouring tested commits have the same likelihood, so one filter pass a gap and
 * drift is enough: O(tested · runs · drifts).
 */
export function changePointPosterior(runs: readonly ScaledRun[], commits: number, prior: readonly number[]): Posterior {
  const tested = [...new Set(runs.map((run) => run.commit))].sort((a, b) => a - b);
  const gaps = tested.slice(1).map((upper, index) => ({ from: (tested[index] ?? 0) + 1, to: upper }));
  const fits = gaps.flatMap((gap) => driftGrid.map((drift) => ({ gap, fit: filterStep(runs, gap.to, drift) })));
  const best = Math.max(...fits.map(({ fit }) => fit.logEvidence));
  const byCommit = new Array<number>(commits).fill(0);
  let [mass, mean, square] = [0, 0, 0];
  for (const { gap, fit } of fits) {
    const likelihood = Math.exp(fit.logEvidence - best);
    for (let commit = gap.from; commit <= gap.to; commit += 1) {
      const weight = likelihood * (prior[commit] ?? 1);
      byCommit[commit] = (byCommit[commit] ?? 0) + weight;
      mass += weight;
      mean += weight * fit.step;
      square += weight * (fit.stepSd ** 2 + fit.step ** 2);
    }
  }
  const step = mean / mass;
  return { byCommit: byCommit.map((weight) => weight / mass), step, stepSd: Math.sqrt(Math.max(0, square / mass - step * step)) };
}

/** Step between the two ends when it is known on which side every run lies; the drift of the machine is modelled, outliers are damped. */
export function endToEndStep(runs: readonly ScaledRun[], split: number): { step: number; stepSd: number } {
  const fits = driftGrid.map((drift) => filterStep(runs, split, drift));
  const best = Math.max(...fits.map((fit) => fit.logEvidence));
  const weights = fits.map((fit) => Math.exp(fit.logEvidence - best));
  const mass = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (of: (fit: (typeof fits)[number]) => number): number =>
    fits.reduce((sum, fit, index) => sum + of(fit) * (weights[index] ?? 0), 0) / mass;
  const step = average((fit) => fit.step);
  return { step, stepSd: Math.sqrt(Math.max(1e-12, average((fit) => fit.stepSd ** 2 + fit.step ** 2) - step * step)) };
}
