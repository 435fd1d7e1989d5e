import { nextSearchStep } from '../../core/bisect/search.js';
import type { Cost, Run } from '../../core/bisect/search-state.js';
import { gaussian, createRandom, type Repository } from './noise.js';

/** What a method answers: a half-open range of commits, nothing to blame, or no answer. */
export type Verdict = { from: number; to: number; claimed: number | null } | 'no-regression' | 'no-answer';
export type Method = (repository: Repository) => Verdict;

const maximumRuns = 250;

export const ours: Method = (repository) => search(repository, noCost);

/** The same where a build takes as long as `runs` runs: the choice of the next commit accounts for it. */
export function oursWithDearBuilds(runs: number): Method {
  return (repository) => search(repository, { runMs: 1, buildMs: runs });
}

const noCost: Cost = { runMs: 0, buildMs: 0 };

/** All hosts measure at the same time, and each chooses by what is known when the round begins. */
function search({ commits, hosts, untestable, measure }: Repository, cost: Cost): Verdict {
  const runs: Run[] = [];
  const built = Array.from({ length: hosts }, () => new Set<number>());
  const prior = new Array<number>(commits).fill(1);
  while (runs.length < maximumRuns) {
    const known = [...runs];
    for (const [rank, mine] of built.entries()) {
      const seat = { host: String(rank), rank, hosts, built: [...mine] };
      const step = nextSearchStep({ commits, runs: known, untestable, prior, minEffect: 1, cost }, seat);
      if (step.kind === 'no-step') return 'no-regression';
      if (step.kind === 'found') return { from: step.from, to: step.to, claimed: step.posterior };
      mine.add(step.commit);
      runs.push({ commit: step.commit, logMetric: measure(step.commit, rank), host: seat.host });
    }
  }
  return 'no-answer';
}

/** `git bisect run` with a threshold halfway between the ends (each measured five times first) and the median of `repeats` runs a step. */
export function thresholdBisect(repeats: number): Method {
  return (repository) => {
    const median = (commit: number, count: number): number => {
      const values = Array.from({ length: count }, () => repository.measure(commit)).sort((a, b) => a - b);
      return values[Math.floor(count / 2)] ?? 0;
    };
    const threshold = (median(0, 5) + median(repository.commits - 1, 5)) / 2;
    let [from, to] = [0, repository.commits - 1];
    for (;;) {
      const middle = nearestTestable(repository, from, to);
      if (middle === null) return { from, to, claimed: null };
      if (median(middle, repeats) > threshold) to = middle;
      else from = middle;
    }
  };
}

function nearestTestable(repository: Repository, from: number, to: number): number | null {
  const center = Math.floor((from + to) / 2);
  const between = Array.from({ length: Math.max(0, to - from - 1) }, (_, index) => from + 1 + index).filter(
    (commit) => !repository.untestable.includes(commit),
  );
  return between.sort((a, b) => Math.abs(a - center) - Math.abs(b - center))[0] ?? null;
}

const attemptSteps = [10, 20, 40, 80, 160] as const;
const different = 0.01;
/** Pinpoint's second bar: above it two commits are the same with 1 % false negatives at a shift of one IQR. Simulated, as its authors did. */
const sameAbove = simulateSameBar();

/** Pinpoint's rules: ten attempts an end, Mann–Whitney and Kolmogorov–Smirnov between neighbours, doubling while unknown, a midpoint where different. */
export function pinpoint(repository: Repository): Verdict {
  const values = new Map<number, number[]>();
  const measure = (commit: number, count: number): void => {
    const list = values.get(commit) ?? [];
    while (list.length < count) list.push(repository.measure(commit));
    values.set(commit, list);
  };
  const chain = [0, repository.commits - 1];
  chain.forEach((commit) => {
    measure(commit, 10);
  });
  for (let round = 0; round < 60; round += 1) {
    const progress = exploreOnce(repository, chain, values, measure);
    if (!progress) break;
  }
  const differing = chain.slice(1).flatMap((to, index) => {
    const from = chain[index] ?? 0;
    return compare(values.get(from) ?? [], values.get(to) ?? []) === 'different' ? [{ from, to, claimed: null }] : [];
  });
  if (differing.length === 0) return 'no-regression';
  return differing.length === 1 && differing[0] !== undefined ? differing[0] : 'no-answer';
}

function exploreOnce(
  repository: Repository,
  chain: number[],
  values: Map<number, number[]>,
  measure: (commit: number, count: number) => void,
): boolean {
  for (let index = 1; index < chain.length; index += 1) {
    const [from, to] = [chain[index - 1] ?? 0, chain[index] ?? 0];
    const verdict = compare(values.get(from) ?? [], values.get(to) ?? []);
    if (verdict === 'unknown') {
      const fewer = (values.get(from)?.length ?? 0) <= (values.get(to)?.length ?? 0) ? from : to;
      const next = attemptSteps.find((step) => step > (values.get(fewer)?.length ?? 0));
      if (next === undefined) continue;
      measure(fewer, next);
      return true;
    }
    const middle = verdict === 'different' ? nearestTestable(repository, from, to) : null;
    if (middle !== null) {
      chain.splice(index, 0, middle);
      measure(middle, 10);
      return true;
    }
  }
  return false;
}

function compare(a: number[], b: number[]): 'same' | 'different' | 'unknown' {
  const p = Math.min(mannWhitney(a, b), kolmogorovSmirnov(a, b));
  if (p <= different) return 'different';
  return p > (sameAbove.get(Math.min(a.length, b.length)) ?? different) ? 'same' : 'unknown';
}

/** Two-sided, normal approximation with continuity correction; values are continuous, so there are no ties. */
function mannWhitney(a: number[], b: number[]): number {
  const wins = a.reduce((sum, x) => sum + b.filter((y) => x > y).length, 0);
  const mean = (a.length * b.length) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return Math.min(1, 2 * upperTail((Math.abs(wins - mean) - 0.5) / deviation));
}

function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))) *
    Math.exp((-z * z) / 2) *
    0.3989422804014327;
  return z >= 0 ? tail : 1 - tail;
}

function kolmogorovSmirnov(a: number[], b: number[]): number {
  const points = [...a, ...b];
  const share = (values: number[], x: number): number => values.filter((value) => value <= x).length / values.length;
  const distance = Math.max(...points.map((x) => Math.abs(share(a, x) - share(b, x))));
  const size = Math.sqrt((a.length * b.length) / (a.length + b.length));
  const lambda = (size + 0.12 + 0.11 / size) * distance;
  let sum = 0;
  for (let k = 1; k <= 20; k += 1) sum += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}

function simulateSameBar(): Map<number, number> {
  const random = createRandom(17);
  const oneIqr = 1.35;
  return new Map(
    attemptSteps.map((size) => {
      const draws = Array.from({ length: 400 }, () => mannWhitney(sample(random, size, 0), sample(random, size, oneIqr))).sort(
        (x, y) => x - y,
      );
      return [size, draws[Math.floor(0.99 * draws.length)] ?? different];
    }),
  );
}

function sample(random: () => number, size: number, shift: number): number[] {
  return Array.from({ length: size }, () => gaussian(random) + shift);
}
