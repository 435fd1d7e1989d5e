/** Which commit tells most for its price, and which ones are worth a build ahead. */
import { information } from './information.js';
import type { Posterior } from './posterior.js';
import type { Search, Seat } from './search-state.js';

/** Commits on either side of these shares of the posterior are good or bad for sure. */
const surelyGood = 0.02;
const surelyBad = 0.98;
/** A commit that is built and this near to a wanted share of the posterior serves as well as the one exactly there. */
const nearEnough = 0.15;

/** The next run of a host while the posterior is not decided. */
export function nextCommit(search: Search, posterior: Posterior, seat: Seat): { commit: number; reason: 'search' | 'anchor' } {
  const cumulative = sumUp(posterior.byCommit);
  const own = search.runs.filter((run) => run.host === seat.host);
  const middle = mostTelling(search, posterior, cumulative, seat);
  const anchor = dueAnchor(search, own, cumulative, middle);
  if (anchor !== null) return { commit: anchor, reason: 'anchor' };
  const [last, before] = [own.at(-1)?.commit, own.at(-2)?.commit];
  if (middle !== last || middle !== before) return { commit: middle, reason: 'search' };
  return { commit: (cumulative[middle] ?? 0) < 0.5 ? search.commits - 1 : 0, reason: 'anchor' };
}

/**
 * Commits to build while the next run goes on, likeliest use first: the middles of both halves that the run may leave, or before the search
 * the middle of all. None where a built one is as good.
 */
export function commitsToPrebuild(search: Search, posterior: Posterior, seat: Pick<Seat, 'built'>, isSearching: boolean): number[] {
  const cumulative = sumUp(posterior.byCommit);
  const testable = testableCommits(search);
  const shares = isSearching ? [0.25, 0.75] : [0.5];
  const wanted = shares.flatMap((share) => {
    const isServed = seat.built.some((commit) => Math.abs((cumulative[commit] ?? 0) - share) <= nearEnough);
    return isServed ? [] : [nearest(testable, cumulative, share)];
  });
  return [...new Set(wanted)].filter((commit) => !seat.built.includes(commit));
}

/** `[i]`: probability that commit i is bad already. */
function sumUp(byCommit: readonly number[]): number[] {
  let sum = 0;
  return byCommit.map((probability) => (sum += probability));
}

function testableCommits(search: Search): number[] {
  const untestable = new Set(search.untestable);
  return Array.from({ length: search.commits }, (_, commit) => commit).filter((commit) => !untestable.has(commit));
}

function nearest(testable: readonly number[], cumulative: readonly number[], share: number): number {
  const distance = (commit: number): number => Math.abs((cumulative[commit] ?? 0) - share);
  return testable.reduce((best, commit) => (distance(commit) < distance(best) - 1e-12 ? commit : best));
}

/** The commit at the host's share of the posterior; where builds cost time, the one that tells most a second. */
function mostTelling(search: Search, posterior: Posterior, cumulative: readonly number[], seat: Seat): number {
  const testable = testableCommits(search);
  const share = (seat.rank + 1) / (seat.hosts + 1);
  const middle = nearest(testable, cumulative, share);
  const { runMs, buildMs } = search.cost;
  const built = new Set(seat.built);
  if (buildMs <= 0 || built.has(middle)) return middle;
  const worth = (commit: number): number => {
    const probability = around(cumulative[commit] ?? 0, share);
    return information(probability, Math.max(0, posterior.step)) / (runMs + (built.has(commit) ? 0 : buildMs));
  };
  // Only a commit that needs no build can beat the middle: among the others the middle tells most at the same price.
  return testable.filter((commit) => built.has(commit)).reduce((best, commit) => (worth(commit) > worth(best) ? commit : best), middle);
}

/** Stretches the posterior so that the host's share becomes its half. */
function around(probability: number, share: number): number {
  return probability < share ? (0.5 * probability) / share : 1 - (0.5 * (1 - probability)) / (1 - share);
}

/** Certainly good and certainly bad commits are measured at least half as often as the one in question: they carry the level through a drift. */
function dueAnchor(search: Search, own: Search['runs'], cumulative: readonly number[], middle: number): number | null {
  const count = (wanted: (share: number) => boolean): number => own.filter((run) => wanted(cumulative[run.commit] ?? 0)).length;
  const onMiddle = own.filter((run) => run.commit === middle).length;
  const good = count((share) => share < surelyGood);
  const bad = count((share) => share > surelyBad);
  // A host that has not seen both sides knows no step: the ends first, or its runs tell nothing.
  if (good > 0 && bad > 0 && Math.min(good, bad) * 2 >= onMiddle) return null;
  return good <= bad ? 0 : search.commits - 1;
}
