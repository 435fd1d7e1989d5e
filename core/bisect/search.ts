import { changePointPosterior, endToEndStep, type Posterior } from './posterior.js';

/** One valid k6 run of one commit: natural logarithm of the metric (p95 and so on). Order is order in time. */
export interface Run {
  commit: number;
  logMetric: number;
}

/** The whole state of a search. Index 0 is the good end, `commits - 1` the bad end. */
export interface Search {
  commits: number;
  runs: readonly Run[];
  /** Commits that cannot be built, started or judged: never measured, never called good or bad. */
  untestable: readonly number[];
  /** Weight per commit from what it touches; 1 = nothing known. Never 0. */
  prior: readonly number[];
  /** Smallest ratio bad ÷ good that is worth a search. */
  minEffect: number;
}

export interface Bracket {
  /** bad ÷ good with a 95 % interval, and the smallest ratio that these runs could have shown. */
  ratio: number;
  ci: [number, number];
  minDetectable: number;
  runs: number;
}

/** Culprit ÷ parent with a 95 % interval. */
export interface Effect {
  ratio: number;
  ci: [number, number];
}

export type SearchStep =
  | { kind: 'measure'; commit: number; reason: 'bracket' | 'search' | 'anchor' | 'verify' }
  | { kind: 'no-step'; bracket: Bracket; conclusive: boolean }
  | {
      kind: 'found';
      from: number;
      to: number;
      posterior: number;
      effect: Effect;
      /** The same from the runs of culprit and parent alone: what a second culprit elsewhere cannot touch. */
      adjacent: Effect;
      /** Null when people vouched for an end that was never measured. */
      bracket: Bracket | null;
      byCommit: number[];
    };

/** Looks of the sequential bracket test (runs on each end) and its bar: 3.5 deviations keep the false starts near 1 % over all looks. */
const looks = [4, 6, 9, 13, 18, 24] as const;
const bracketBar = 3.5;
const certainty = 0.95;
/** Culprit (1) against its neighbour on the good side (0), interleaved so that a drift cancels. */
const verification = [0, 1, 1, 0, 0, 1] as const;

/** What to do next, or the answer. A pure function of the measurements, so any history can be replayed or resumed. */
export function nextSearchStep(search: Search): SearchStep {
  const bad = search.commits - 1;
  const [goodRuns, badRuns] = [0, bad].map((end) => search.runs.filter((run) => run.commit === end).length) as [number, number];
  const opening = bracketStep(search, goodRuns, badRuns);
  if (opening !== null) return opening;
  const scale = noiseScale(search.runs);
  const posterior = changePointPosterior(scaled(search.runs, scale), search.commits, search.prior);
  const leader = leadingGap(search, posterior);
  if (leader.posterior >= certainty) {
    const check = nextVerification(search, leader);
    return check === null ? answer(search, posterior, leader, scale) : { kind: 'measure', commit: check, reason: 'verify' };
  }
  return { kind: 'measure', ...nextCommit(search, posterior) };
}

/** Posterior of the search as it stands, for a chart; null before both ends are measured. */
export function posteriorNow(search: Search): Posterior | null {
  const tested = new Set(search.runs.map((run) => run.commit));
  return tested.size < 2 ? null : changePointPosterior(scaled(search.runs, noiseScale(search.runs)), search.commits, search.prior);
}

function bracketStep(search: Search, goodRuns: number, badRuns: number): SearchStep | null {
  const bad = search.commits - 1;
  if (search.runs.some((run) => run.commit !== 0 && run.commit !== bad)) return null;
  const pairs = Math.min(goodRuns, badRuns);
  const isLook = goodRuns === badRuns && looks.some((look) => look === pairs);
  if (!isLook) return { kind: 'measure', commit: nextEnd(search, goodRuns, badRuns), reason: 'bracket' };
  const bracket = bracketOf(search);
  if (bracket === null) return null;
  const { step, stepSd } = endToEndStep(scaled(search.runs, noiseScale(search.runs)), bad);
  if (step / stepSd >= bracketBar && bracket.ratio >= search.minEffect) return null;
  const isLast = pairs === looks[looks.length - 1];
  const excluded = bracket.ci[1] < search.minEffect;
  if (excluded && pairs >= 6) return { kind: 'no-step', bracket, conclusive: true };
  if (isLast) return { kind: 'no-step', bracket, conclusive: excluded };
  return { kind: 'measure', commit: nextEnd(search, goodRuns, badRuns), reason: 'bracket' };
}

/** A B B A, so that a drift of the machine hits both ends alike. */
function nextEnd(search: Search, goodRuns: number, badRuns: number): number {
  // What people marked may have cut the range: then one end has runs already.
  if (Math.abs(goodRuns - badRuns) > 1) return goodRuns < badRuns ? 0 : search.commits - 1;
  const order = [0, 1, 1, 0];
  return order[(goodRuns + badRuns) % 4] === 0 ? 0 : search.commits - 1;
}

/** How much the ends differ, by all of their runs; null when one of them was never measured. */
export function bracketOf(search: Search): Bracket | null {
  const scale = noiseScale(search.runs);
  const bad = search.commits - 1;
  const ends = search.runs.filter((run) => run.commit === 0 || run.commit === bad);
  if (!ends.some((run) => run.commit === 0) || !ends.some((run) => run.commit === bad)) return null;
  const { step, stepSd } = endToEndStep(scaled(ends, scale), bad);
  const perEnd = Math.max(1, Math.floor(ends.length / 2));
  return {
    ratio: Math.exp(step * scale),
    ci: [Math.exp((step - 1.96 * stepSd) * scale), Math.exp((step + 1.96 * stepSd) * scale)],
    minDetectable: Math.exp(2.8 * scale * Math.sqrt(2 / perEnd)),
    runs: ends.length,
  };
}

/** Run-to-run deviation of the logarithm, from differences inside each commit (median based: outliers and steps do not widen it). */
export function noiseScale(runs: readonly Run[]): number {
  const last = new Map<number, number>();
  const differences: number[] = [];
  for (const run of runs) {
    const before = last.get(run.commit);
    if (before !== undefined) differences.push(Math.abs(run.logMetric - before));
    last.set(run.commit, run.logMetric);
  }
  const sorted = differences.sort((a, b) => a - b);
  const median =
    sorted.length === 0 ? 0 : ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2;
  // A difference of two runs has √2 the deviation of one; a floor of 0.1 % keeps identical runs finite.
  return Math.max(0.001, (1.4826 * median) / Math.SQRT2);
}

function scaled(runs: readonly Run[], scale: number): { commit: number; value: number }[] {
  const origin = runs[0]?.logMetric ?? 0;
  return runs.map((run) => ({ commit: run.commit, value: (run.logMetric - origin) / scale }));
}

interface Gap {
  /** Half-open range: last commit known good, first known bad, as far as commits can be tested. */
  from: number;
  to: number;
  posterior: number;
}

/** Neighbouring testable commits bound what can be told apart: the answer is a gap, a single commit when all can be tested. */
function leadingGap(search: Search, posterior: Posterior): Gap {
  let best: Gap = { from: 0, to: search.commits - 1, posterior: 0 };
  let from = 0;
  let mass = 0;
  for (let commit = 1; commit < search.commits; commit += 1) {
    mass += posterior.byCommit[commit] ?? 0;
    if (search.untestable.includes(commit)) continue;
    if (mass > best.posterior) best = { from, to: commit, posterior: mass };
    [from, mass] = [commit, 0];
  }
  return best;
}

function nextVerification(search: Search, gap: Gap): number | null {
  const wanted = verification.map((side) => (side === 1 ? gap.to : gap.from));
  const recent = search.runs.map((run) => run.commit);
  for (let done = wanted.length; done > 0; done -= 1) {
    const isPrefix =
      recent.length >= done && wanted.slice(0, done).every((commit, index) => commit === recent[recent.length - done + index]);
    if (isPrefix) return done === wanted.length ? null : (wanted[done] ?? null);
  }
  return wanted[0] ?? null;
}

function nextCommit(search: Search, posterior: Posterior): { commit: number; reason: 'search' | 'anchor' } {
  const cumulative = posterior.byCommit.map((_, index) => posterior.byCommit.slice(0, index + 1).reduce((sum, weight) => sum + weight, 0));
  const testable = cumulative.map((_, commit) => commit).filter((commit) => !search.untestable.includes(commit));
  const distance = (commit: number): number => Math.abs((cumulative[commit] ?? 0) - 0.5);
  const middle = testable.reduce((best, commit) => (distance(commit) < distance(best) - 1e-12 ? commit : best));
  const anchor = dueAnchor(search, cumulative, middle);
  if (anchor !== null) return { commit: anchor, reason: 'anchor' };
  const [last, before] = [search.runs.at(-1)?.commit, search.runs.at(-2)?.commit];
  if (middle !== last || middle !== before) return { commit: middle, reason: 'search' };
  return { commit: (cumulative[middle] ?? 0) < 0.5 ? search.commits - 1 : 0, reason: 'anchor' };
}

/** Certainly good and certainly bad commits are measured at least half as often as the one in question: they carry the level through a drift. */
function dueAnchor(search: Search, cumulative: number[], middle: number): number | null {
  const count = (wanted: (share: number) => boolean): number => search.runs.filter((run) => wanted(cumulative[run.commit] ?? 0)).length;
  const onMiddle = search.runs.filter((run) => run.commit === middle).length;
  const good = count((share) => share < 0.02);
  const bad = count((share) => share > 0.98);
  if (Math.min(good, bad) * 2 >= onMiddle) return null;
  return good <= bad ? 0 : search.commits - 1;
}

function answer(search: Search, posterior: Posterior, gap: Gap, scale: number): SearchStep {
  const all = effectOf(search.runs, gap.to, scale);
  const pair = search.runs.filter((run) => run.commit === gap.from || run.commit === gap.to);
  const adjacent = effectOf(pair, gap.to, scale);
  // A second culprit elsewhere is in the runs of the other commits: then only the two neighbours tell the truth about this one.
  const isOne = Math.abs(all.log - adjacent.log) <= 2 * Math.hypot(all.sd, adjacent.sd);
  return {
    kind: 'found',
    from: gap.from,
    to: gap.to,
    posterior: gap.posterior,
    effect: ratioOf(isOne ? all : adjacent),
    adjacent: ratioOf(adjacent),
    bracket: bracketOf(search),
    byCommit: posterior.byCommit,
  };
}

function effectOf(runs: readonly Run[], split: number, scale: number): { log: number; sd: number } {
  const { step, stepSd } = endToEndStep(scaled(runs, scale), split);
  return { log: step * scale, sd: stepSd * scale };
}

function ratioOf({ log, sd }: { log: number; sd: number }): Effect {
  return { ratio: Math.exp(log), ci: [Math.exp(log - 1.96 * sd), Math.exp(log + 1.96 * sd)] };
}
