import { bracketOf, bracketStep } from './bracket.js';
import { nextCommit } from './next-commit.js';
import { changePointPosterior, endToEndStep, type Posterior } from './posterior.js';
import { noiseScale, scaled } from './scale.js';
import type { Effect, Run, Search, SearchStep, Seat } from './search-state.js';

const certainty = 0.95;
/** Culprit (1) against its neighbour on the good side (0), interleaved so that a drift cancels. */
const verification = [0, 1, 1, 0, 0, 1] as const;
const verifiedPairs = verification.length / 2;

/** What a host does next, or the answer. A pure function of the measurements, so any history can be replayed or resumed. */
export function nextSearchStep(search: Search, seat: Seat): SearchStep {
  const opening = bracketStep(search, seat);
  if (opening !== null) return opening;
  const scale = noiseScale(search.runs);
  const posterior = changePointPosterior(scaled(search.runs, scale), search.commits, search.prior);
  const leader = leadingGap(search, posterior);
  if (leader.posterior < certainty) return { kind: 'measure', ...nextCommit(search, posterior, seat) };
  const hosts = [...new Set(search.runs.map((run) => run.host))];
  const pairs = hosts.reduce((sum, host) => sum + Math.floor(verifiedRuns(search, leader, host) / 2), 0);
  if (pairs >= verifiedPairs) return answer(search, posterior, leader, scale);
  const side = verification[verifiedRuns(search, leader, seat.host)] ?? 0;
  return { kind: 'measure', commit: side === 1 ? leader.to : leader.from, reason: 'verify' };
}

/** Posterior of the search as it stands, for a chart; null before both ends are measured. */
export function posteriorNow(search: Search): Posterior | null {
  const tested = new Set(search.runs.map((run) => run.commit));
  return tested.size < 2 ? null : changePointPosterior(scaled(search.runs, noiseScale(search.runs)), search.commits, search.prior);
}

interface Gap {
  /** Half-open range: last commit known good, first known bad, as far as commits can be tested. */
  from: number;
  to: number;
  posterior: number;
}

/** Neighbouring testable commits bound what can be told apart: the answer is a gap, a single commit when all can be tested. */
function leadingGap(search: Search, posterior: Posterior): Gap {
  const untestable = new Set(search.untestable);
  let best: Gap = { from: 0, to: search.commits - 1, posterior: 0 };
  let from = 0;
  let mass = 0;
  for (let commit = 1; commit < search.commits; commit += 1) {
    mass += posterior.byCommit[commit] ?? 0;
    if (untestable.has(commit)) continue;
    if (mass > best.posterior) best = { from, to: commit, posterior: mass };
    [from, mass] = [commit, 0];
  }
  return best;
}

/** How many runs of the verification a host has behind it: the longest beginning of it that its runs end with. */
function verifiedRuns(search: Search, gap: Gap, host: string): number {
  const wanted = verification.map((side) => (side === 1 ? gap.to : gap.from));
  const recent = search.runs.filter((run) => run.host === host).map((run) => run.commit);
  for (let done = Math.min(wanted.length, recent.length); done > 0; done -= 1) {
    if (wanted.slice(0, done).every((commit, index) => commit === recent[recent.length - done + index])) return done;
  }
  return 0;
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
